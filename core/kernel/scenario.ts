// SPDX-License-Identifier: MIT
/**
 * A scenario: named programs, who runs them, and what must hold afterwards. One object for every
 * reading: explored on the model, and later replayed, raced and timed on real kernels.
 */
import type { Directable, Want } from './directed.ts';
import type { CallerHalf } from './strategy.ts';
import type { Caller, Program, Programs } from './syscall.ts';

/** Directs a call by whatever design is under test. */
export type Direct = (me: Caller, want: Want, call: Directable) => Program;

/** A caller half as scenarios use it: whatever it prepares is prepared once a thread. */
export function directBy(half: CallerHalf): Direct {
  // Keyed by the run of a program, so that a replayed generator prepares again.
  const prepared = new WeakMap<Caller, number>();
  return function* (me, want, call) {
    let ready = prepared.get(me);
    if (ready === undefined) {
      ready = half.prepare === undefined ? 0 : yield* half.prepare(me);
      prepared.set(me, ready);
    }
    return yield* half.direct(me, want, call, ready);
  };
}

export interface ScenarioTask {
  /** One capital letter: its name in schedules. */
  readonly name: string;
  /** For the head of its column: "wants 101". */
  readonly role: string;
  /** Tasks of one process are threads that share memory and files. */
  readonly process: string;
  readonly program: string;
}

export interface Outcome {
  /** What each finished program returned, by task. */
  readonly results: ReadonlyMap<string, number>;
}

export interface Scenario {
  readonly name: string;
  /** The question it asks, for people. */
  readonly question: string;
  /** What must hold, as a sentence for the report. */
  readonly rule: string;
  /** Can it happen in a single-purpose restarter at all, or only in general use? */
  readonly context: 'restarter' | 'general use';
  readonly tasks: readonly ScenarioTask[];
  programs(direct: Direct): Programs;
  /** Null if all is well, or what is wrong. A deadlock is always wrong and never gets here. */
  judge(outcome: Outcome): string | null;
}
