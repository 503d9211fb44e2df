// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';
import { renderSections } from '../text.ts';
import { outsideSection } from './outside.ts';

it('says of designs from outside what they fail, and what nothing would miss', () => {
  const text = renderSections(
    outsideSection([
      {
        strategy: 'good',
        from: './good.ts',
        checks: [
          { check: 'one rule', by: 'good', wrong: null },
          { check: 'another', by: 'good', wrong: null },
        ],
        leftOut: [],
      },
      {
        strategy: 'bad',
        from: './bad.ts',
        checks: [
          { check: 'one rule', by: 'bad', wrong: null },
          { check: 'another', by: 'bad (kept)', wrong: 'msgget gave 0, where 2 belongs' },
        ],
        leftOut: [
          { defect: 'without exit', killedBy: [] },
          { defect: 'without entry', killedBy: ['one rule', 'a scenario'] },
        ],
      },
    ]),
  );
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    'good (./good.ts): passes all 2 checks; it has calls alone, and no hook that could be left out. ' +
      'bad (./bad.ts): fails 1 of 2 checks. bad (kept) another: msgget gave 0, where 2 belongs',
  );
  expect(text).toMatch(/without exit +nothing\n/);
  expect(text).toMatch(/without entry +one rule, and 1 more\n/);
});

it('says nothing where there are none', () => {
  expect(outsideSection(undefined)).toEqual([]);
});
