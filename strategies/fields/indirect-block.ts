// SPDX-License-Identifier: MIT
/**
 * The parameters of sys_indirect() as U. Drepper posted it: a block copied into the task_struct, of
 * which "it is up to the function implementing the system call to interpret the data". So it has no
 * tag, and every call that looks takes it for its own. Cleared after the inner call, whatever came
 * of it. The union of 2007 had one flag; here it has a member of 64-bit values, the same on 32-bit.
 *
 * A short block left the rest of the union 0, and 0 was no parameter; as 0 is an id like others, the
 * size of the block counts here. Blocks of no whole values are refused.
 */
import { note } from '../../core/explore/cell.ts';
import { PREEMPT, type Steps } from '../../core/explore/thread.ts';
import { MAX_WANT_VALUES, type Want, type WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { putNumbers } from '../../core/kernel/memory.ts';
import type { InKernel, KernelHalf, TaskView } from '../../core/kernel/strategy.ts';
import type { Caller, Syscall } from '../../core/kernel/syscall.ts';

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    indirect_block: readonly number[] | null;
  }
}

const VALUE_BYTES = 8;

/** Everything but pids: Linus, 20 Nov 2007: clone "simply cannot be called from any indirect code". */
export const NOT_PIDS: readonly WantKind[] = [
  ...(['msg', 'sem', 'shm'] as const),
  ...(['msg_state', 'sem_state', 'shm_state', 'timer'] as const),
];

export const putBlock = ({ memory }: Caller, { values }: Want): number =>
  putNumbers(memory, VALUE_BYTES, values);

export const blockBytes = ({ values }: Want): number => VALUE_BYTES * values.length;

export const readByTheCall: Pick<KernelHalf, 'taskFields' | 'asked'> = {
  taskFields: { indirect_block: { initial: null, atFork: 'copy', atExec: 'keep' } },
  asked: {
    askedIn: 'call',
    wanted(kernel, current, kind) {
      kernel.ledger.fieldOps++;
      const values = current.field('indirect_block').v;
      return values === null ? null : { kind, values };
    },
  },
};

/** Copies the block in, makes the call with it, and clears it. */
export function* withBlock(
  kernel: InKernel,
  current: TaskView,
  call: Syscall,
  params: number,
  bytes: number,
): Steps<number> {
  if (bytes < VALUE_BYTES || bytes > VALUE_BYTES * MAX_WANT_VALUES || bytes % VALUE_BYTES !== 0) {
    return fail('EINVAL');
  }
  const values = kernel.copyFromUser(current, params, VALUE_BYTES, bytes / VALUE_BYTES);
  if (values === null) return fail('EFAULT');
  kernel.ledger.fieldOps++;
  current.field('indirect_block').v = values;
  note('params', values.join(' '));
  yield PREEMPT;
  const result = yield* kernel.dispatch(current, call);
  kernel.ledger.fieldOps++;
  current.field('indirect_block').v = null;
  return result;
}
