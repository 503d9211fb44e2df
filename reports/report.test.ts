// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { measured, result } from '../cli/result-for-tests.ts';
import { renderMarkdown } from './markdown.ts';
import { reportOf } from './report.ts';
import { type Result, ResultSchema } from './result.ts';
import { renderText, WIDTH } from './text.ts';
import { jsonOf } from './write.ts';

/** Enough of everything for every kind of block. */
const SOME: Result = {
  ...result,
  races: result.races.filter(({ scenario }) =>
    ['handler-creates', 'threads-ask-at-once', 'library-fork'].includes(scenario),
  ),
  mutants: result.mutants.slice(-8),
  ledger: result.ledger.filter(({ call }) => call === 'msgget'),
};

function expectMailable(text: string): void {
  for (const line of text.split('\n')) {
    expect(line.length).toBeLessThanOrEqual(WIDTH);
    expect(line).toMatch(/^[\x20-\x7e]*$/);
    expect(line).not.toMatch(/ $/);
  }
}

describe('the text report', () => {
  it('is this one', async () => {
    await expect(renderText(reportOf(result))).toMatchFileSnapshot('golden/report.txt');
  });

  it('fits into a mail', () => {
    expectMailable(renderText(reportOf(result)));
  });

  it('fits into a mail whatever the names, texts and numbers in it', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('x'.repeat(300), 'word '.repeat(60), '\t\n\r\u001b[31m', ''),
    );
    // Not any text, by the schema.
    const FIXED = [
      ...['schema', 'kind', 'verdict', 'mode', 'form', 'context', 'scenarioKind', 'of', 'entry'],
      ...['interleavings', 'failing'],
    ];
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 5 }), fc.nat(), (texts, salt) => {
        let nth = salt;
        const text = JSON.stringify(SOME, (key, value: unknown) => {
          if (typeof value === 'string' && !FIXED.includes(key) && ++nth % 3 === 0) {
            return texts[nth % texts.length];
          }
          return typeof value === 'number' && ++nth % 5 === 0 ? 1e15 + nth : value;
        });
        expectMailable(renderText(reportOf(JSON.parse(text) as Result)));
      }),
      { seed: 200807, numRuns: 20 },
    );
  });

  it('is what the README shows of it, line by line', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const shown = /```\n([\s\S]*?)```/
      .exec(readme)?.[1]
      ?.split('\n')
      .filter((line) => line !== '');
    const lines = renderText(reportOf(result)).split('\n');
    expect(shown?.length).toBeGreaterThan(10);
    expect(shown?.filter((line) => !lines.includes(line))).toEqual([]);
  });

  it('names the lane of every table', () => {
    for (const { title, lane, blocks } of reportOf(result).sections) {
      const hasFigures = blocks.some(({ kind }) => kind === 'table' || kind === 'drawing');
      expect(hasFigures && lane === null ? title : null).toBeNull();
    }
  });
});

describe('the Markdown report', () => {
  it('is this one', async () => {
    await expect(renderMarkdown(reportOf(result))).toMatchFileSnapshot('golden/report.md');
  });

  it('has as many cells in each row of a table as in its head', () => {
    const cells = (line: string) => line.replaceAll('\\|', '').split('|').length;
    let head = 0;
    for (const line of renderMarkdown(reportOf(result)).split('\n')) {
      if (!line.startsWith('|')) head = 0;
      else if (head === 0) head = cells(line);
      else expect(cells(line)).toBe(head);
    }
  });
});

describe('the JSON report', () => {
  it('is the result, and what its schema says', () => {
    expect(v.parse(ResultSchema, JSON.parse(jsonOf(result)))).toEqual(result);
  });

  it('has a published schema, which is the one of the types', async () => {
    const schema = toJsonSchema(ResultSchema, { target: 'draft-07', errorMode: 'ignore' });
    await expect(jsonOf(schema)).toMatchFileSnapshot('result.schema.json');
  });
});

describe('what was measured', () => {
  it('is the same when it is measured again', async () => {
    const { schema, conformance, timed, provenance, ...exact } = result;
    expect(await measured()).toEqual(exact);
  });
});
