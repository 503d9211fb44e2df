// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StateTable } from './state-table.ts';

describe('a table of states', () => {
  it('numbers equal vectors alike and others not, in the order of their first coming', () => {
    // Few numbers and lengths, so that many vectors come twice and share beginnings and hashes.
    const vectors = fc.array(fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 4000,
      size: 'max',
    });
    fc.assert(
      fc.property(vectors, (all) => {
        const table = new StateTable();
        const known = new Map<string, number>();
        for (const vector of all) {
          const key = vector.join();
          const expected = known.get(key) ?? known.size;
          known.set(key, expected);
          expect(table.number(vector)).toBe(expected);
        }
        expect(table.size).toBe(known.size);
      }),
      { seed: 200807, numRuns: 20 },
    );
  });
});
