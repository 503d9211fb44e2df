// SPDX-License-Identifier: MIT
/**
 * The field that procfs and setter share: what the next understanding call of this task is asked
 * for. After N. Derbey's description of July 2008 ("the next syscall to be called"), in the form
 * that its advocates could post today:
 *
 * - only the task itself arms it, and it reaches nobody else: cleared in the child of fork;
 * - the value is tagged with its kind, and the first call that understands the kind takes it; other
 *   calls leave it alone;
 * - taken means cleared, whether the call then succeeds or fails: a stale id is worse than a retry;
 * - a call that is interrupted and made again finds its value again, unless somebody armed the
 *   field anew in between;
 * - exec clears it, so that no program finds what another one was armed with;
 * - privilege is tested at use, by the call, and not here.
 */
import { note } from '../../core/explore/cell.ts';
import type { Want, WantKind } from '../../core/kernel/directed.ts';
import type { InKernel, TaskFieldHooks, TaskView, WantedHook } from '../../core/kernel/strategy.ts';

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    next_syscall_data: Want | null;
  }
}

export const nextSyscallData: TaskFieldHooks = {
  next_syscall_data: { initial: null, atFork: 'clear', atExec: 'clear' },
};

/** Arms the field; a value that was not taken is replaced. */
export function arm(kernel: InKernel, task: TaskView, want: Want): void {
  kernel.ledger.fieldOps++;
  task.field('next_syscall_data').v = want;
  note(`arm ${want.kind}`, want.values.join(' '));
}

export function take(kernel: InKernel, task: TaskView, kind: WantKind): Want | null {
  const field = task.field('next_syscall_data');
  kernel.ledger.fieldOps++;
  const want = field.v;
  if (want === null || want.kind !== kind) {
    note(`take ${kind}: none`);
    return null;
  }
  kernel.ledger.fieldOps++;
  field.v = null;
  note(`take ${kind}`, want.values.join(' '));
  return want;
}

/** Puts a value back that was taken, for the call that is to be made again. */
export function putBack(kernel: InKernel, task: TaskView, want: Want): void {
  const field = task.field('next_syscall_data');
  kernel.ledger.fieldOps++;
  if (field.v !== null) return;
  kernel.ledger.fieldOps++;
  field.v = want;
  note(`put back ${want.kind}`, want.values.join(' '));
}

export const takenByTheCall: WantedHook = { askedIn: 'call', wanted: take, restarts: putBack };
