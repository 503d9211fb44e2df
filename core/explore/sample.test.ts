// SPDX-License-Identifier: MIT
/** Sampling finds what fails, the same for the same seed, and never claims to have seen all. */
import { describe, expect, it } from 'vitest';
import { deadlockProne, independent, oneFieldForAll } from './example-systems.ts';
import { explore } from './graph.ts';
import { replay } from './replay.ts';
import { runAtRandom } from './run.ts';
import { exploreOrSample, reduce, sample } from './sample.ts';

const SAMPLING = { runs: 50, seed: 7, by: 'random walk' } as const;

describe('sample', () => {
  it('finds no fault where there is none', () => {
    expect(sample(() => independent([3, 3]), SAMPLING)).toEqual({
      failing: 0,
      counterexample: null,
    });
  });

  it('finds about as many as there are, and the same for the same seed', () => {
    const found = sample(() => oneFieldForAll(3), { runs: 400, seed: 1, by: 'random walk' });
    // 1512 of 1680 interleavings fail.
    expect(found.failing).toBeGreaterThan(300);
    expect(found.failing).toBeLessThan(400);
    expect(sample(() => oneFieldForAll(3), { runs: 400, seed: 1, by: 'random walk' })).toEqual(
      found,
    );
  });

  it('finds deadlocks', () => {
    const { failing, counterexample } = sample(() => deadlockProne(), SAMPLING);
    expect(failing).toBeGreaterThan(0);
    expect(replay(deadlockProne(), counterexample ?? []).wrong).not.toBeNull();
  });
});

describe('reduce', () => {
  it.each([2, 3, 4])(
    'leaves a failing schedule of %i threads failing, with the fewest preemptions that there are',
    (threads) => {
      const { counterexample } = explore(oneFieldForAll(threads), { maxStates: 100_000 });
      const fewest = replay(oneFieldForAll(threads), counterexample ?? []).preemptions;
      for (let seed = 0; seed < 20; seed++) {
        const live = oneFieldForAll(threads);
        const { schedule, results, blocked } = runAtRandom(live.threads, seed);
        if (live.judge({ results, blocked }) === null) continue;
        const before = replay(oneFieldForAll(threads), schedule);
        const after = replay(oneFieldForAll(threads), reduce(oneFieldForAll(threads), schedule));
        expect(after.wrong).not.toBeNull();
        expect(after.preemptions).toBeLessThanOrEqual(before.preemptions);
        expect(after.preemptions).toBe(fewest);
      }
    },
  );
});

describe('exploreOrSample', () => {
  it('explores what it can', () => {
    const { verdict, failing } = exploreOrSample(
      () => oneFieldForAll(3),
      { maxStates: 10_000 },
      SAMPLING,
    );
    expect([verdict, failing]).toEqual([{ kind: 'EXHAUSTIVE' }, 1512n]);
  });

  it('samples what is too large, and says so', () => {
    const { verdict, failing, interleavings, counterexample } = exploreOrSample(
      () => oneFieldForAll(3),
      { maxStates: 20 },
      SAMPLING,
    );
    expect(verdict).toEqual({ kind: 'SAMPLED', ...SAMPLING });
    expect(interleavings).toBeNull();
    expect(failing).toBeGreaterThan(0n);
    expect(replay(oneFieldForAll(3), counterexample ?? []).wrong).not.toBeNull();
  });
});
