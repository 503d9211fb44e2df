// SPDX-License-Identifier: MIT
/**
 * Lane model: restarts of generated captures, from small to large. Kernel work is exact; the seconds
 * are of this suite's JavaScript. Neither is of a kernel.
 */
import type { Strategy } from '../core/kernel/strategy.ts';
import type { Capture } from '../core/restart/capture.ts';
import { generateCapture } from '../core/restart/generate.ts';
import { restart } from '../core/restart/restart.ts';
import type { RestartSizeRow, RestartTimeRow } from './rows.ts';

export const SIZES: readonly number[] = [10, 100, 1000, 10_000];

/** Pid namespaces in each other, and one IPC object to ten tasks. */
const LEVELS = 4;

export const captureOf = (tasks: number, seed: number): Capture =>
  generateCapture({ tasks, levels: LEVELS, objects: tasks / 10 }, seed);

export interface RestartOfSize {
  readonly exact: RestartSizeRow;
  readonly timed: RestartTimeRow;
}

/** @param variant one of the strategy's other caller halves, or null for its own */
export function restartOfSize(
  strategy: Strategy,
  variant: string | null,
  capture: Capture,
): RestartOfSize {
  const by = variant === null ? strategy.name : `${strategy.name} (${variant})`;
  const tasks = capture.tasks.length;
  const begun = performance.now();
  const { end, directed, ledger } = restart(capture, 'generated', strategy, variant).result;
  const seconds = (performance.now() - begun) / 1000;
  // A restart that failed would be cheap, and no restart.
  if (end.kind !== 'restored') {
    throw new Error(`the restart of ${tasks} tasks by ${by} ended ${end.kind}`);
  }
  return { exact: { by, tasks, directed, ledger }, timed: { by, tasks, seconds } };
}
