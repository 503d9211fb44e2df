// SPDX-License-Identifier: MIT
/** One program on a kernel of its own. */
import { type RunEnd, RunQueue } from '../explore/run.ts';
import type { ModelKernel } from './kernel.ts';

/**
 * Runs `program` as the kernel's init, thread A, and whatever it forks: each thread as far as it
 * gets, or in a schedule drawn from a seed.
 */
export function runInit(kernel: ModelKernel, program: string, seed: number | null = null): RunEnd {
  const queue = new RunQueue(seed);
  queue.add(kernel.thread('A', kernel.init, program));
  return queue.toCompletion();
}
