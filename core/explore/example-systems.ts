// SPDX-License-Identifier: MIT
/** Small systems of threads with known counts, for the explorer's tests. */
import { type Cell, Struct } from './cell.ts';
import type { System } from './machine.ts';
import { PREEMPT, type Steps } from './thread.ts';

class Shared extends Struct {
  readonly next: Cell<number> = this.cell('next', 0);
  readonly got: readonly Cell<number | null>[];

  constructor(threads: number) {
    super();
    this.name = 'shared';
    this.got = Array.from({ length: threads }, (_, k) => this.cell<number | null>(`got${k}`, null));
  }
}

const NAMES = ['A', 'B', 'C', 'D', 'E'];

const threadsOf = (count: number, start: (k: number) => Steps<unknown>) =>
  Array.from({ length: count }, (_, k) => ({ name: NAMES[k] ?? 'Z', start: () => start(k) }));

/** `count` threads of so many steps each that share nothing. */
export function independent(steps: readonly number[]): System {
  return {
    threads: threadsOf(steps.length, function* (k) {
      for (let step = 1; step < (steps[k] ?? 0); step++) yield PREEMPT;
    }),
    judge: () => null,
  };
}

/**
 * Each thread sets one shared field, takes it, and creates what it took, in three steps. There are
 * (3n)!/(3!)^n interleavings.
 */
export function oneFieldForAll(threads: number): System {
  const shared = new Shared(threads);
  return {
    threads: threadsOf(threads, function* (k) {
      shared.next.v = k + 1;
      yield PREEMPT;
      const taken = shared.next.v;
      shared.next.v = 0;
      yield PREEMPT;
      const got = shared.got[k];
      if (got !== undefined) got.v = taken;
    }),
    judge: () =>
      shared.got.every(({ v }, k) => v === k + 1) ? null : 'somebody got a wrong value',
  };
}

/**
 * The same with take in two steps, read and clear, as the Promela program of the tests' table has
 * it: `next = _pid + 1; r = next; next = 0; got[_pid] = r`.
 */
export function fourSteps(threads: number): System {
  const shared = new Shared(threads);
  return {
    threads: threadsOf(threads, function* (k) {
      shared.next.v = k + 1;
      yield PREEMPT;
      const taken = shared.next.v;
      yield PREEMPT;
      shared.next.v = 0;
      yield PREEMPT;
      const got = shared.got[k];
      if (got !== undefined) got.v = taken;
    }),
    judge: () => null,
  };
}

/** Two threads that each want both locks, in opposite order. */
export function deadlockProne(): System {
  const locks = [new Shared(0), new Shared(0)] as const;
  const order = [locks, [locks[1], locks[0]]] as const;
  return {
    threads: threadsOf(2, function* (k) {
      const [first, second] = order[k === 0 ? 0 : 1];
      for (const lock of [first, second]) {
        yield { until: () => lock.next.v === 0, why: 'a lock' };
        lock.next.v = 1;
      }
      yield PREEMPT;
      first.next.v = 0;
      second.next.v = 0;
    }),
    judge: ({ blocked }) => (blocked.length === 0 ? null : `${blocked.length} wait for ever`),
  };
}
