// SPDX-License-Identifier: MIT
/** What a worker thread does: explore, and look now and then whether it should go on. */
import type { Unit, Watch } from '../core/explore/budget.ts';
import { countLitmus, type Engine, type LitmusCount } from '../core/explore/litmus/count.ts';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { NondeterminismError } from '../core/explore/step-recorder.ts';
import type { Size } from '../core/kernel/scenario.ts';
import { loadScenarios } from '../properties/index.ts';
import { atSize } from '../properties/sizes/size.ts';
import type { RaceRow } from '../reports/result.ts';
import { loadStrategies } from '../strategies/index.ts';
import { chooseMutant } from './choose.ts';
import { type CellOptions, raceCell } from './race-cell.ts';
import { say } from './terminal.ts';

/** How far a worker may go. */
export interface Limits {
  /** Shared with the thread that hears signals: not 0 once there was one. */
  readonly interrupted: SharedArrayBuffer;
  /** MiB, of this worker. */
  readonly memory: number;
}

export interface CountTask {
  readonly does: 'count';
  readonly program: string;
  readonly engine: Engine;
  readonly maxStates: number;
  readonly maxExecutions: number;
  /** Only interleavings with at most so many; null for all. */
  readonly preemptions: number | null;
  readonly limits: Limits;
}

export interface RaceTask extends CellOptions {
  readonly does: 'race';
  readonly scenario: string;
  readonly size: Size;
  readonly strategy: string;
  /** Of a mutant that takes the strategy's place, or null. */
  readonly defect: string | null;
  /** It is all that is done, so that somebody waits for it. */
  readonly isAlone: boolean;
  readonly limits: Limits;
}

export type Task = CountTask | RaceTask;

/** What crosses from one thread to another keeps no class, not even an error. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not deterministic'; readonly what: string };

export const work = (task: Task): Promise<Answer<LitmusCount | RaceRow | null>> =>
  answerTo<LitmusCount | RaceRow | null>(() => (task.does === 'count' ? count(task) : race(task)));

export async function answerTo<T>(run: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'done', value: await run() };
  } catch (error) {
    if (!(error instanceof NondeterminismError)) throw error;
    return { kind: 'not deterministic', what: error.message };
  }
}

function count({ program, engine, limits, ...budget }: CountTask): LitmusCount {
  const { maxStates: states, maxExecutions: executions } = budget;
  return countLitmus(parseLitmus(program), engine, {
    ...budget,
    halt: () => whyStop(limits),
    onProgress: progressOf({ states, executions }),
  });
}

/** Looked for once a thread. */
const known = { strategies: loadStrategies(), scenarios: loadScenarios() };

/** Null where there is no such cell, or no time for it any more. */
async function race(task: RaceTask): Promise<RaceRow | null> {
  const { limits, isAlone, maxStates, defect } = task;
  if (isInterrupted(limits)) return null;
  const strategy =
    defect === null
      ? (await known.strategies).find(({ name }) => name === task.strategy)
      : chooseMutant(defect).strategy;
  const named = (await known.scenarios).find(({ name }) => name === task.scenario);
  const scenario = named === undefined ? null : atSize(named, task.size);
  if (strategy === undefined || scenario === null) throw new Error('nothing of that name');
  return raceCell({ scenario, size: task.size }, { ...strategy, defect }, task, {
    halt: () => whyStop(limits),
    ...(isAlone ? { onProgress: progressOf({ states: maxStates, executions: 100_000 }) } : {}),
  });
}

const MIB = 2 ** 20;

const isInterrupted = ({ interrupted }: Limits): boolean =>
  Atomics.load(new Int32Array(interrupted), 0) !== 0;

function whyStop(limits: Limits): string | null {
  if (isInterrupted(limits)) return 'interrupted';
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { memory } = limits;
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
