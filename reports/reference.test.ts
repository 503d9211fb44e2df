// SPDX-License-Identifier: MIT
/** The committed figures, and what other figures are beside them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyExit } from '../cli/linux-costs.ts';
import { difference } from './costs.ts';
import { compareCosts, REFERENCE, readReference } from './reference.ts';
import type { CostsResult } from './schema/costs.ts';
import { costSections } from './sections/costs/index.ts';
import { renderSections } from './text.ts';

const reference = await readReference();
const changed = (change: (costs: CostsResult) => void): CostsResult => {
  const other = structuredClone(reference);
  change(other);
  return other;
};
const first = ({ kernels: [kernel] }: CostsResult) => {
  if (kernel === undefined) throw new Error('the reference is empty');
  return kernel;
};

describe('figures of another run', () => {
  it('are equal to the last digit under the same key', () => {
    const compared = compareCosts(
      reference,
      changed(() => {}),
    );
    expect(new Set(compared.map(({ kind }) => kind))).toEqual(new Set(['equal']));
    expect(verifyExit(compared)).toBe(0);
  });

  it('that differ by one instruction under the same key are an error with the row', () => {
    const other = changed((costs) => {
      const row = first(costs).counts.qemu64?.['msgget by plain, dense'];
      if (row !== undefined) row.least++;
    });
    const compared = compareCosts(reference, other);
    const [one] = compared;
    expect(one).toMatchObject({ kind: 'differs' });
    expect(one?.kind === 'differs' && one.changed.map(({ figure }) => figure)).toEqual([
      'counts.qemu64.msgget by plain, dense.least',
    ]);
    expect(verifyExit(compared)).toBe(1);
  });

  it('of some kernels alone are equal, too, though nothing says what grew', () => {
    const other = changed((costs) => {
      costs.kernels = costs.kernels.filter(({ built }) => built === 'all');
      for (const kernel of costs.kernels) kernel.grown = {};
    });
    expect(compareCosts(reference, other).map(({ kind }) => kind)).toEqual(['equal']);
  });

  it('of another source that gives the same kernel, to the last bit, are comparable', () => {
    const other = changed((costs) => {
      first(costs).key = 'y';
    });
    expect(compareCosts(reference, other)[0]?.kind).toBe('equal');
  });

  it('that lack a row differ', () => {
    const other = changed((costs) => {
      delete first(costs).counts.qemu64?.getppid;
    });
    expect(compareCosts(reference, other)[0]?.kind).toBe('differs');
  });

  it.each<[string, (costs: CostsResult) => void, RegExp]>([
    [
      'of another compiler',
      (costs) => {
        costs.compiler = 'tcc';
        Object.assign(first(costs), { key: 'y', image: 'z' });
      },
      /^the compiler was gcc.* is tcc; the kernel was .* is y$/,
    ],
    [
      'of another QEMU',
      (costs) => {
        costs.instrument.qemu = '9';
      },
      /^QEMU was .* is 9$/,
    ],
    [
      'of another init',
      (costs) => {
        costs.instrument.init = 'x';
      },
      /^the init was/,
    ],
    [
      'of another kernel',
      (costs) => {
        Object.assign(first(costs), { key: 'y', image: 'z' });
      },
      /^the kernel was .* is y$/,
    ],
  ])('%s are not comparable, whatever they are', (_what, change, why) => {
    const compared = compareCosts(reference, changed(change));
    const [one] = compared;
    expect(one?.kind).toBe('not comparable');
    expect(one?.kind === 'not comparable' && one.why).toMatch(why);
    expect(verifyExit(compared)).toBe(4);
  });
});

describe('a reference', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sideband-'));
  const path = join(directory, 'costs.json');

  it.each<[string, () => Promise<string | null>, RegExp]>([
    ['is not there', async () => null, /costs\.json: it can't be read; get it from the repository/],
    [
      'was cut',
      async () => (await readFile(REFERENCE, 'utf8')).slice(0, 5000),
      /it is no JSON, or was cut;/,
    ],
    [
      'is of another version',
      async () => '{"schema":"sideband-costs/0"}',
      /it is a sideband-costs\/0, and this version of Sideband reads sideband-costs\/1;/,
    ],
  ])('that %s is one sentence', async (_what, text, said) => {
    rmSync(path, { force: true });
    const content = await text();
    if (content !== null) writeFileSync(path, content);
    await expect(readReference(path)).rejects.toThrow(said);
  });
});

describe('the tables', () => {
  it('call no difference what a compiler alone may move', () => {
    expect([difference(10, 8), difference(8, 10), difference(11, 8), difference(8, 11)]).toEqual([
      ...['=', '=', '+3', '-3'],
    ]);
    expect(difference(undefined, 8)).toBe('-');
  });

  it('fit a mail, also where kernels were left out', () => {
    for (const costs of [
      reference,
      changed((costs) => {
        costs.kernels.splice(1);
      }),
    ]) {
      const lines = renderSections(costSections(costs, true)).split('\n');
      expect(lines.filter((line) => line.length > 72)).toEqual([]);
    }
  });

  it('say of the committed figures that both counters agree, and that one more is one more', () => {
    const text = renderSections(costSections(reference, true)).replaceAll(/\s+/g, ' ');
    const [, equal, rows] = /says the same of (\d+) of (\d+) rows/.exec(text) ?? [];
    expect(equal).toBe(rows);
    const [, moved = 'nothing'] = /moves these by: ([^.]*)\./.exec(text) ?? [];
    expect(
      moved
        .split(', ')
        .map((one) => one.replace(/ \(\d+ rows\)/, ''))
        .sort(),
    ).toEqual([...['+1 in msgget', '0 in others']]);
  });
});
