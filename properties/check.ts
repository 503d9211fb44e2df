// SPDX-License-Identifier: MIT
/** Something that every design must do. */
import type { CallerHalf, KernelHalf } from '../core/kernel/strategy.ts';

export interface Check {
  readonly name: string;
  /** Runs it by one caller half. Null if it holds, or the first thing that is wrong. */
  run(kernel: KernelHalf, caller: CallerHalf): string | null;
}
