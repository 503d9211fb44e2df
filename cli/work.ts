// SPDX-License-Identifier: MIT
/** What a worker thread does: explore, and look now and then whether it should go on. */
import { countLitmus, type Engine, type LitmusCount } from '../core/explore/litmus/count.ts';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { NondeterminismError } from '../core/explore/step-recorder.ts';
import type { RaceRow } from '../reports/result.ts';
import { type Limits, progressOf, whyStop } from './limits.ts';
import type { RaceTask } from './race-work.ts';

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

export type Task = CountTask | RaceTask;

/** What crosses from one thread to another keeps no class, not even an error. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not deterministic'; readonly what: string };

export const work = (task: Task): Promise<Answer<LitmusCount | RaceRow | null>> =>
  answerTo<LitmusCount | RaceRow | null>(() => (task.does === 'count' ? count(task) : race(task)));

/** Designs and scenarios are loaded by whoever races them. */
const race = async (task: RaceTask) => (await import('./race-work.ts')).race(task);

export async function answerTo<T>(run: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'done', value: await run() };
  } catch (error) {
    if (!(error instanceof NondeterminismError)) throw error;
    return { kind: 'not deterministic', what: error.message };
  }
}

function count({ program, engine, limits, ...budget }: CountTask): LitmusCount {
  return countLitmus(parseLitmus(program), engine, {
    ...budget,
    halt: () => whyStop(limits),
    onProgress: progressOf(budget.maxStates),
  });
}
