// SPDX-License-Identifier: MIT
/**
 * Each defect is found by what its row says. Ends alone would let some pass: the sums are needed.
 */
import { describe, expect, it } from 'vitest';
import { EXPLORERS, explorerRow } from './of-explorer.ts';

describe('an explorer with a rule broken', () => {
  it('is found by the certificate, and only then', () => {
    const rows = EXPLORERS.map((explorer) => {
      const { defect, sums, twice, deadlocks } = explorerRow(explorer);
      expect(sums > 0).toBe(defect !== null);
      return `${defect}: ${sums} sums, ${twice} twice, ${deadlocks} deadlocks`;
    });
    expect(rows).toMatchInlineSnapshot(`
      [
        "null: 0 sums, 0 twice, 0 deadlocks",
        "writes are independent of writes: 11 sums, 0 twice, 0 deadlocks",
        "reads race with nothing: 105 sums, 0 twice, 29 deadlocks",
        "sleepers are never woken: 80 sums, 0 twice, 13 deadlocks",
        "the last dependent access only: 71 sums, 0 twice, 44 deadlocks",
        "the racer goes first, or nobody: 11 sums, 0 twice, 1 deadlocks",
        "those that wait are not looked at: 48 sums, 0 twice, 23 deadlocks",
        "a lock races with the unlock alone: 70 sums, 0 twice, 44 deadlocks",
        "nobody sleeps: 113 sums, 113 twice, 0 deadlocks",
      ]
    `);
  });
});
