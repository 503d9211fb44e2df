// SPDX-License-Identifier: MIT
/** Long explorations run in threads of their own, one a processor, so that Ctrl-C is heard here. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { interruptFlag } from './terminal.ts';
import type { CountTask, Limits, work } from './work.ts';

/** MiB that a worker may use for what it has seen, unless it is told otherwise. */
export const MEMORY = 512;

export interface Workers {
  run(task: Omit<CountTask, 'limits'>): Promise<ReturnType<typeof work>>;
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
    return await use({ run: (task) => pool.run({ ...task, limits }) });
  } finally {
    await pool.destroy();
  }
}
