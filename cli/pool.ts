// SPDX-License-Identifier: MIT
/** Long explorations run in threads of their own, one a processor, so that Ctrl-C is heard here. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { LitmusCount } from '../core/explore/litmus/count.ts';
import type { RaceRow } from '../reports/result.ts';
import { interruptFlag } from './terminal.ts';
import type { CountTask, Limits, RaceTask, work } from './work.ts';

/** MiB that a worker may use for what it has seen, unless it is told otherwise. */
export const MEMORY = 512;

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
    maxThreads: availableParallelism(),
  });
  const limits: Limits = { interrupted: interruptFlag, memory };
  try {
    return await use({
      count: (task) => pool.run({ ...task, limits } satisfies Parameters<typeof work>[0]),
      race: (task) => pool.run({ ...task, limits } satisfies Parameters<typeof work>[0]),
    });
  } finally {
    await pool.destroy();
  }
}
