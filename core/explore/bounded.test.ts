// SPDX-License-Identifier: MIT
/** As many interleavings with so many preemptions as there are in closed form, and by counting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreBounded } from './bounded.ts';
import { deadlockProne, independent, oneFieldForAll } from './example-systems.ts';
import { explore } from './graph.ts';
import { litmusPrograms } from './litmus/arbitrary.ts';
import { litmusSystem } from './litmus/system.ts';
import { Machine, type System } from './machine.ts';
import { replay } from './replay.ts';

const BUDGET = { maxStates: 100_000 };

/** Of each number of preemptions, the interleavings that have exactly so many. */
function byPreemptions(make: () => System): number[] {
  const counts: number[] = [];
  let before = 0n;
  for (let bound = 0; ; bound++) {
    const { verdict, interleavings } = exploreBounded(make(), bound, BUDGET);
    counts.push(Number((interleavings ?? 0n) - before));
    before = interleavings ?? 0n;
    if (verdict.kind === 'EXHAUSTIVE') return counts;
    expect(verdict).toEqual({ kind: 'BOUNDED', preemptions: bound });
  }
}

/** The same, every interleaving for itself. */
function bySchedule(system: System): number[] {
  const machine = new Machine(system.threads);
  const counts: number[] = [];
  const visit = (last: string | null, used: number): void => {
    const moves = machine.moves();
    if (moves.length === 0) {
      while (counts.length <= used) counts.push(0);
      counts[used] = (counts[used] ?? 0) + 1;
    }
    const couldGoOn = moves.some(({ thread }) => thread === last);
    for (const move of moves) {
      machine.take(move);
      visit(move.thread, used + (couldGoOn && move.thread !== last ? 1 : 0));
      machine.undo();
    }
  };
  visit(null, 0);
  return counts;
}

describe('two threads of so many steps have, by number of preemptions,', () => {
  // 2 C(a-1, r/2-1) C(b-1, r/2-1) for r = p + 2 runs where r is even, and so on.
  it.each([
    [3, 4, [2, 5, 12, 9, 6, 1]],
    [4, 4, [2, 6, 18, 18, 18, 6, 2]],
  ])('%i and %i: %j', (a, b, counts) => {
    expect(byPreemptions(() => independent([a, b]))).toEqual(counts);
  });
});

it('counts what is counted one by one, whoever waits', () => {
  let waiting = 0;
  fc.assert(
    fc.property(litmusPrograms, (program) => {
      const make = () => litmusSystem(program);
      const { interleavings, deadlocks } = explore(make(), BUDGET);
      if ((interleavings ?? 0n) > 3000n) return;
      if (deadlocks > 0) waiting++;
      const all = byPreemptions(make);
      const one = bySchedule(make());
      // A bound that nobody needs is known to be none only once it is tried.
      while (all.length > one.length) expect(all.pop()).toBe(0);
      expect(all).toEqual(one);
    }),
    { seed: 200807, numRuns: 60 },
  );
  expect(waiting).toBeGreaterThan(5);
});

describe('a failure', () => {
  it('is found with the fewest preemptions, or not at all below them', () => {
    const below = exploreBounded(deadlockProne(), 0, BUDGET);
    expect(below).toMatchObject({ failing: 0n, counterexample: null, deadlocks: 0 });
    const found = exploreBounded(deadlockProne(), 1, BUDGET);
    expect(found).toMatchObject({ verdict: { kind: 'BOUNDED', preemptions: 1 }, deadlocks: 1 });
    expect(replay(deadlockProne(), found.counterexample ?? [])).toMatchObject({
      preemptions: 1,
      wrong: '2 wait for ever',
    });
  });

  it('is as short as that of the whole graph', () => {
    const whole = explore(oneFieldForAll(3), BUDGET).counterexample ?? [];
    const bounded = exploreBounded(oneFieldForAll(3), 2, BUDGET).counterexample ?? [];
    const [a, b] = [whole, bounded].map((schedule) => replay(oneFieldForAll(3), schedule));
    expect(b?.preemptions).toBe(a?.preemptions);
    expect(bounded.length).toBe(whole.length);
    expect(b?.wrong).not.toBeNull();
  });

  it('is shown as it was seen where the budget ends', () => {
    const cut = exploreBounded(oneFieldForAll(3), 2, { maxStates: 40 });
    expect(cut.verdict).toEqual({ kind: 'INCOMPLETE', reason: 'more than 40 states', seen: 40 });
    expect(cut.interleavings).toBeNull();
    expect(replay(oneFieldForAll(3), cut.counterexample ?? []).wrong).not.toBeNull();
  });
});
