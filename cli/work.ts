// SPDX-License-Identifier: MIT
/** What a worker thread does: explore, and look now and then whether it should go on. */
import type { Unit, Watch } from '../core/explore/budget.ts';
import { countLitmus, type Engine, type LitmusCount } from '../core/explore/litmus/count.ts';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { say } from './terminal.ts';

/** How far a worker may go. */
export interface Limits {
  /** Shared with the thread that hears signals: not 0 once there was one. */
  readonly interrupted: SharedArrayBuffer;
  /** MiB, of this worker. */
  readonly memory: number;
}

export interface CountTask {
  readonly program: string;
  readonly engine: Engine;
  readonly maxStates: number;
  readonly maxExecutions: number;
  /** Only interleavings with at most so many; null for all. */
  readonly preemptions: number | null;
  readonly limits: Limits;
}

export function work(task: CountTask): LitmusCount {
  const { program, engine, maxStates, maxExecutions, preemptions, limits } = task;
  return countLitmus(parseLitmus(program), engine, {
    maxStates,
    maxExecutions,
    preemptions,
    halt: () => whyStop(limits),
    onProgress: progressOf({ states: maxStates, executions: maxExecutions }),
  });
}

const MIB = 2 ** 20;

function whyStop({ interrupted, memory }: Limits): string | null {
  if (Atomics.load(new Int32Array(interrupted), 0) !== 0) return 'interrupted';
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers > memory * MIB ? `more than ${memory} MiB of memory` : null;
}

/** A line a second, the first after two. */
const EVERY_MS = 1000;

export function progressOf(most: Readonly<Record<Unit, number>>): Required<Watch>['onProgress'] {
  let unit: Unit | null = null;
  let began = 0;
  let said = 0;
  return (done, what, share) => {
    const now = performance.now();
    if (what !== unit) {
      unit = what;
      began = now;
      said = now + EVERY_MS;
    }
    if (now - said < EVERY_MS) return;
    said = now;
    // Of the state graph nothing is known beforehand but where the budget ends.
    const part = share ?? done / most[what];
    const left = timeLeft(((now - began) / 1000) * (1 / part - 1));
    say(
      share === null
        ? `${done} ${what} of at most ${most[what]}; ${left} left at most`
        : `${done} ${what}, ${percent(part)} of all by estimate; ${left} left`,
    );
  };
}

const percent = (part: number): string =>
  part < 0.001 ? 'less than 0.1 %' : `${(100 * part).toFixed(1)} %`;

const DAY = 24 * 60 * 60;

const timeLeft = (seconds: number): string =>
  seconds > DAY ? 'days are' : `${Math.ceil(seconds)} s are`;
