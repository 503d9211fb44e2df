// SPDX-License-Identifier: MIT
/** Runs small programs on a kernel and keeps what they say: for tests of the model and of designs. */
import type { KernelHalf } from '../kernel/strategy.ts';
import type { Programs } from '../kernel/syscall.ts';
import { ModelKernel } from './kernel.ts';
import { runInit } from './run.ts';

export interface Trial {
  readonly kernel: ModelKernel;
  readonly said: readonly unknown[];
  /** Threads that wait for ever, as "Aa: pause". */
  readonly blocked: readonly string[];
}

/** The program called "init" is run as init, root with all capabilities; it may fork the others. */
export function trial(
  programs: (say: (...what: readonly unknown[]) => void, said: readonly unknown[]) => Programs,
  half: KernelHalf = {},
  setUp: (kernel: ModelKernel) => void = () => {},
): Trial {
  const said: unknown[] = [];
  const kernel = new ModelKernel(
    half,
    programs((...what) => said.push(...what), said),
  );
  setUp(kernel);
  const { blocked } = runInit(kernel, 'init');
  return { kernel, said, blocked: blocked.map(({ thread, why }) => `${thread}: ${why}`) };
}
