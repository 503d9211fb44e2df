// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hodgesLehmann } from './signed-rank.ts';

/** Each subset of the magnitudes made negative. */
function* signed(magnitudes: readonly number[]): Generator<number[]> {
  for (let signs = 0; signs < 1 << magnitudes.length; signs++) {
    yield magnitudes.map((m, index) => ((signs >> index) & 1 ? -m : m));
  }
}

describe('the interval of Hodges and Lehmann', () => {
  it.each([
    // Critical values of the signed-rank test, two-sided 5 %: W <= 8 for n = 10, so the 9th average;
    // W <= 0 for n = 6, so the 1st.
    [10, 9],
    [6, 1],
  ])('of %i differences at 95 %% ends at the average of rank %i', (count, rank) => {
    const values = Array.from({ length: count }, (_, n) => 2 ** n);
    const averages = values
      .flatMap((a, index) => values.slice(index).map((b) => (a + b) / 2))
      .sort((a, b) => a - b);
    const interval = hodgesLehmann(values, 0.95);
    expect(interval?.low).toBe(averages[rank - 1]);
    expect(interval?.high).toBe(averages[averages.length - rank]);
  });

  it.each([0.9, 0.95, 0.99])('covers in as many cases as it says, and hardly more: %d', (level) => {
    const magnitudes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    let covered = 0;
    for (const differences of signed(magnitudes)) {
      const interval = hodgesLehmann(differences, level);
      if (interval !== null && interval.low <= 0 && interval.high >= 0) covered++;
    }
    const share = covered / 2 ** magnitudes.length;
    expect(share).toBeGreaterThanOrEqual(level);
    expect(share).toBeLessThan(level + 0.02);
  });

  it('does not exist for fewer blocks than a confidence takes', () => {
    expect(hodgesLehmann([], 0.95)).toBeNull();
    expect(hodgesLehmann([1, 2, 3, 4, 5], 0.95)).toBeNull();
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6, 7], 0.99)).toBeNull();
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6, 7, 8], 0.99)).not.toBeNull();
  });

  it('moves with what is added, and does not depend on order', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), {
      minLength: 8,
      maxLength: 30,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (differences, by) => {
        const one = hodgesLehmann(differences, 0.99);
        const other = hodgesLehmann(
          [...differences].reverse().map((d) => d + by),
          0.99,
        );
        expect(other).toEqual({
          estimate: Number(one?.estimate) + by,
          low: Number(one?.low) + by,
          high: Number(one?.high) + by,
        });
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
