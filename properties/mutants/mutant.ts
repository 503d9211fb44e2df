// SPDX-License-Identifier: MIT
/** A design or a kernel with one defect: proof that checks and scenarios can fail. */
import type { Strategy } from '../../core/kernel/strategy.ts';

export interface Mutant {
  readonly defect: string;
  /** Whose defect it is: the design's, or that of the kernel below it. */
  readonly of: 'strategy' | 'kernel';
  /** What it was made of. Only what this one passes can be said to reject the mutant. */
  readonly base: Strategy;
  readonly strategy: Strategy;
  /** Name of a check that must reject it; others, and scenarios, may as well. */
  readonly rejectedBy: string;
}
