// SPDX-License-Identifier: MIT
/**
 * setter, with a shield against signal handlers: the field is put aside and cleared before a handler
 * runs, and is as it was when the handler has returned. So a handler's calls are plain, whatever the
 * code that it interrupted was about to ask for, and what a handler leaves armed ends with it.
 *
 * An option that nobody posted, of which the thread says nothing; procfs could have it as well. It
 * costs a second field, read at every delivery of a signal and at every return from one. Handlers
 * nest, so what is put aside is a stack, which no signal frame in user memory could be trusted with.
 */
import type { Want } from '../../core/kernel/directed.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { setter } from '../setter.ts';

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    /** What each handler that has not returned yet interrupted, the last one last. */
    shielded_data: readonly (Want | null)[];
  }
}

export const setterShielded: Strategy = {
  ...setter,
  name: 'setter-shielded',
  order: 32,
  summary: 'as setter, with the field put aside while a signal handler runs',
  kernel: {
    ...setter.kernel,
    taskFields: {
      ...setter.kernel.taskFields,
      shielded_data: { initial: [], atFork: 'clear', atExec: 'clear' },
    },
    signalDelivery(kernel, current) {
      const [field, shielded] = [
        current.field('next_syscall_data'),
        current.field('shielded_data'),
      ];
      kernel.ledger.fieldOps += 4;
      shielded.v = [...shielded.v, field.v];
      field.v = null;
    },
    signalReturn(kernel, current) {
      const [field, shielded] = [
        current.field('next_syscall_data'),
        current.field('shielded_data'),
      ];
      kernel.ledger.fieldOps += 3;
      field.v = shielded.v.at(-1) ?? null;
      shielded.v = shielded.v.slice(0, -1);
    },
  },
};
