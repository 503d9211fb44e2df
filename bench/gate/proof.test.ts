// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ProofRun, proofOf, proofTables, upperBound } from './proof.ts';
import { isSlowerBy, THRESHOLD, USUAL } from './usual.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the proof of the timed rule', () => {
  it('bounds rates as Clopper and Pearson do', () => {
    expect(upperBound(0, 400)).toBeCloseTo(1 - 0.05 ** (1 / 400), 6);
    // Of one in a hundred: 0.0466, in their tables and in R's binom.test(1, 100, alternative = "less").
    expect(upperBound(1, 100)).toBeCloseTo(0.0466, 4);
    expect(upperBound(3, 3)).toBe(1);
  });

  it.each(['agent', 'model'])(
    'of %s is, in docs/gate.md, what the kept runs come to',
    (section) => {
      const runs = proofOf(read(`reports/reference/gate-proof-${section}.jsonl`));
      expect(runs.map(({ run }) => run)).toEqual(runs.map((_, nth) => nth));
      expect(read('docs/gate.md')).toContain(proofTables(runs));
    },
  );

  it('counts alarms of runs that are not void', () => {
    const row = (verdict: ProofRun['rows'][number]['verdict']): ProofRun['rows'][number] => ({
      ...{ name: 'a', verdict, blocks: 24, first: [0, 0], second: null },
      ...{ now: ['Welch'], kept: null },
    });
    const run = (more: number, verdicts: readonly ProofRun['rows'][number]['verdict'][]) => ({
      ...{ run: 0, more, seconds: 4, rows: verdicts.map(row) },
    });
    const tables = proofTables([
      run(0, ['same', 'slower']),
      run(0, ['same', 'same']),
      run(0, ['void', 'void']),
      run(3, ['slower', 'noisy']),
    ]);
    expect(tables).toContain('| of these void | 1 of 3 (33.3 %) | 0 of 1 (0.0 %) |');
    expect(tables).toContain('| runs that alarm | 1 of 2 (50.0 %) | 1 of 1 (100.0 %) |');
    expect(tables).toContain('| this rule | 1 of 4 (25.0 %) | 1 of 2 (50.0 %) |');
    expect(proofTables([run(0, ['same'])])).not.toMatch(/NaN|undefined/);
    expect(tables).toContain('| Welch, taking turns | 4 of 4 (100.0 %) | 2 of 2 (100.0 %) |');
  });
});

describe.each(USUAL)('%s', (usual) => {
  const times = (centre: number) =>
    Array.from({ length: 72 }, (_, nth) => centre * (1 + 0.02 * Math.sin(1.7 * nth)));

  it('says slower of what is, and not of what is equal or faster', () => {
    expect(isSlowerBy[usual](times(100), times(100 * (1 + 2 * THRESHOLD)))).toBe(true);
    expect(isSlowerBy[usual](times(100), times(100))).toBe(false);
    expect(isSlowerBy[usual](times(103), times(100))).toBe(false);
  });
});
