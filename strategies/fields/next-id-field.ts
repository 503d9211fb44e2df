// SPDX-License-Identifier: MIT
/**
 * The field of April 2008, N. Derbey's two postings: "a structure pointed to by the calling
 * task_struct", used when "an object supporting this feature is created". So the allocators ask,
 * behind the early exits of a call: a get that finds its key creates nothing and leaves the value.
 * It is not tagged: whichever supporting allocation comes next takes it, of whatever kind it was
 * meant to be. What supports it are pids and the ids of the three IPC types; no state.
 *
 * Not specified: what becomes of it when the allocation fails (gone here, either way: a stale id is
 * worse than a retry), in a child (cleared here, as two tasks would free what is copied by its
 * pointer), at exec (it stays here, as does all of a task that nobody clears).
 */
import { note } from '../../core/explore/cell.ts';
import type { WantKind } from '../../core/kernel/directed.ts';
import type { InKernel, TaskFieldHooks, TaskView, WantedHook } from '../../core/kernel/strategy.ts';

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    next_id: readonly number[] | null;
  }
}

export const SUPPORTED: readonly WantKind[] = ['pid', 'msg', 'sem', 'shm'];

export const nextIdField: TaskFieldHooks = {
  next_id: { initial: null, atFork: 'clear', atExec: 'keep' },
};

export function armNextId(kernel: InKernel, task: TaskView, values: readonly number[]): void {
  kernel.ledger.fieldOps++;
  task.field('next_id').v = values;
  note('arm', values.join(' '));
}

export const takenByTheAllocator: WantedHook = {
  askedIn: 'allocator',
  wanted(kernel, current, kind) {
    const field = current.field('next_id');
    kernel.ledger.fieldOps++;
    const values = field.v;
    if (values === null) {
      note(`take ${kind}: none`);
      return null;
    }
    kernel.ledger.fieldOps++;
    field.v = null;
    note(`take ${kind}`, values.join(' '));
    return { kind, values };
  },
};
