// SPDX-License-Identifier: MIT
/** One program on a kernel of its own, run to completion. */
import { type RunEnd, RunQueue } from '../explore/run.ts';
import type { ModelKernel } from './kernel.ts';

/** Runs `program` as the kernel's init, thread A, and whatever it forks. */
export function runInit(kernel: ModelKernel, program: string): RunEnd {
  const queue = new RunQueue();
  queue.add(kernel.thread('A', kernel.init, program));
  return queue.toCompletion();
}
