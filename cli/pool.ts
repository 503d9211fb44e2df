// SPDX-License-Identifier: MIT
/** Long explorations run in threads of their own, one a processor, so that Ctrl-C is heard here. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { LitmusCount } from '../core/explore/litmus/count.ts';
import { InputError } from '../core/input-error.ts';
import type { RaceRow } from '../reports/result.ts';
import type { Limits } from './limits.ts';
import type { RaceTask } from './race-work.ts';
import { interruptFlag } from './terminal.ts';
import type { Answer, CountTask } from './work.ts';

/** MiB that a worker may use for what it has seen, unless it is told otherwise. */
export const MEMORY = 512;

/** More are not there sooner: each has to load what it runs. */
const MOST_WORKERS = 8;

export interface Workers {
  count(task: Omit<CountTask, 'limits'>): Promise<LitmusCount>;
  race(task: Omit<RaceTask, 'limits'>): Promise<RaceRow | null>;
}

/** @param memory MiB for each worker */
export async function withWorkers<T>(
  memory: number,
  use: (workers: Workers) => Promise<T>,
): Promise<T> {
  const pool = new Tinypool({
    filename: new URL('../bin/worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: Math.min(availableParallelism(), MOST_WORKERS),
  });
  const limits: Limits = { interrupted: interruptFlag, memory };
  try {
    return await use({
      count: async (task) => answered(task.program, await pool.run({ ...task, limits })),
      race: async (task) =>
        answered(`${task.scenario} by ${task.strategy}`, await pool.run({ ...task, limits })),
    });
  } finally {
    await pool.destroy();
  }
}

/** @throws InputError where what was run did something else when it was run again */
export function answered<T>(ran: string, answer: Answer<T>): T {
  if (answer.kind === 'done') return answer.value;
  throw new InputError(
    ran,
    answer.what,
    'let programs and designs depend on nothing but what they read from cells and calls',
  );
}
