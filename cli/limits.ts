// SPDX-License-Identifier: MIT
/** How far an exploration goes that somebody waits for, and what it says on the way. */
import type { Unit, Watch } from '../core/explore/budget.ts';
import { say } from './terminal.ts';

/** How far a worker may go. */
export interface Limits {
  /** Shared with the thread that hears signals: not 0 once there was one. */
  readonly interrupted: SharedArrayBuffer;
  /** MiB, of this worker. */
  readonly memory: number;
}

const MIB = 2 ** 20;

export const isInterrupted = ({ interrupted }: Limits): boolean =>
  Atomics.load(new Int32Array(interrupted), 0) !== 0;

export function whyStop(limits: Limits): string | null {
  if (isInterrupted(limits)) return 'interrupted';
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { memory } = limits;
  return heapUsed + arrayBuffers > memory * MIB ? `more than ${memory} MiB of memory` : null;
}

/** A line a second, the first after two. */
const EVERY_MS = 1000;

/** @param maxStates of the state graph, of which nothing else is known beforehand */
export function progressOf(maxStates: number): Required<Watch>['onProgress'] {
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
    const part = share ?? done / maxStates;
    const left = timeLeft(((now - began) / 1000) * (1 / part - 1));
    say(
      share === null
        ? `${done} ${what} of at most ${maxStates}; ${left} left at most`
        : `${done} ${what}, ${percent(part)} of all by estimate; ${left} left`,
    );
  };
}

const percent = (part: number): string =>
  part < 0.001 ? 'less than 0.1 %' : `${(100 * part).toFixed(1)} %`;

const DAY = 24 * 60 * 60;

const timeLeft = (seconds: number): string =>
  seconds > DAY ? 'days are' : `${Math.ceil(seconds)} s are`;
