// SPDX-License-Identifier: MIT
/**
 * Proof that the certificate can fail: explorers with one rule broken, over random programs. Each is
 * found by what the row says: sums of linear extensions that are not the number of paths, traces that
 * are seen twice, or deadlocks that are missed. Ends alone would let some pass.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothWays } from './both-ways-for-tests.ts';
import { dependent, type Rules, SOUND } from './dpor.ts';
import { litmusPrograms } from './litmus/arbitrary.ts';
import { meet } from './memory.ts';

const PROGRAMS = fc.sample(litmusPrograms, { seed: 200807, numRuns: 200 });

const awake = (rules: Partial<Rules>): Rules => {
  const merged = { ...SOUND, ...rules };
  const { dependent: depends } = merged;
  return { ...merged, sleepsOn: rules.sleepsOn ?? ((next, taken) => !depends(next, taken)) };
};

const EXPLORERS: readonly (readonly [string, Rules])[] = [
  ['sound', SOUND],
  [
    'writes are independent of writes',
    awake({
      dependent: (a, b) =>
        dependent({ ...a, writes: [] }, { ...b, reads: [] }) ||
        dependent({ ...a, reads: [] }, { ...b, writes: [] }),
    }),
  ],
  ['reads race with nothing', awake({ dependent: (a, b) => meet(a.writes, b.writes) })],
  ['sleepers are never woken', awake({ sleepsOn: () => true })],
  ['the last dependent access only', awake({ races: 'last' })],
  ['the racer goes first, or nobody', awake({ reversedBy: 'racer' })],
  ['those that wait are not looked at', awake({ racesOfThoseThatWait: false })],
  ['a lock races with the unlock alone', awake({ blockingRacesWithAll: false })],
  ['nobody sleeps', awake({ sleeps: false })],
];

/** In how many programs each way to look finds something wrong. */
function found(rules: Rules) {
  const wrong = { extensions: 0, doubles: 0, deadlocks: 0 };
  for (const program of PROGRAMS) {
    const { graph, doubles, extensions, deadlocks } = bothWays(program, rules);
    if (extensions !== graph.interleavings) wrong.extensions++;
    if (doubles > 0) wrong.doubles++;
    if (deadlocks !== graph.deadlocks) wrong.deadlocks++;
  }
  return wrong;
}

describe('an explorer with a rule broken', () => {
  it('is found by the certificate, and only then', () => {
    const rows = EXPLORERS.map(([name, rules]) => {
      const { extensions, doubles, deadlocks } = found(rules);
      expect(extensions > 0).toBe(rules !== SOUND);
      return `${name}: ${extensions} sums, ${doubles} doubles, ${deadlocks} deadlocks`;
    });
    expect(rows).toMatchInlineSnapshot(`
      [
        "sound: 0 sums, 0 doubles, 0 deadlocks",
        "writes are independent of writes: 11 sums, 0 doubles, 0 deadlocks",
        "reads race with nothing: 105 sums, 0 doubles, 29 deadlocks",
        "sleepers are never woken: 80 sums, 0 doubles, 13 deadlocks",
        "the last dependent access only: 71 sums, 0 doubles, 44 deadlocks",
        "the racer goes first, or nobody: 11 sums, 0 doubles, 1 deadlocks",
        "those that wait are not looked at: 48 sums, 0 doubles, 23 deadlocks",
        "a lock races with the unlock alone: 70 sums, 0 doubles, 44 deadlocks",
        "nobody sleeps: 113 sums, 113 doubles, 0 deadlocks",
      ]
    `);
  });
});
