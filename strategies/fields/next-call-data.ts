// SPDX-License-Identifier: MIT
/**
 * The field of July 2008, by its wording: the value "would change the behavior of next syscall to
 * be called". That is whatever call the task makes next. If it understands the value it has it, if
 * not the value is gone: a close(), a call of the C library's own, one of a signal handler's, and
 * the sigreturn of a handler that makes none.
 *
 * The text (a value, no kind) is that of April. Not specified: who may write (see the designs); the
 * child of a fork (cleared here, as two tasks would free what is copied by its pointer); a call that
 * is interrupted and made again, which has spent its value the first time.
 */
import { note } from '../../core/explore/cell.ts';
import type { WantKind } from '../../core/kernel/directed.ts';
import type { InKernel, KernelHalf, TaskView } from '../../core/kernel/strategy.ts';

interface Armed {
  readonly values: readonly number[];
  /** The call that it is for has begun. */
  readonly isDue: boolean;
}

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    next_call_data: Armed | null;
  }
}

/** What the thread names: pids, IPC ids, and the state of an object with its last pids. */
export const NAMED_IN_JULY: readonly WantKind[] = [
  ...(['pid', 'msg', 'sem', 'shm'] as const),
  ...(['msg_state', 'sem_state', 'shm_state'] as const),
];

/** For the next call of `task` to begin, not for the one that arms it. */
export function armNextCall(kernel: InKernel, task: TaskView, values: readonly number[]): void {
  kernel.ledger.fieldOps++;
  task.field('next_call_data').v = { values, isDue: false };
  note('arm', values.join(' '));
}

function load({ ledger }: InKernel, task: TaskView): Armed | null {
  ledger.fieldOps++;
  return task.field('next_call_data').v;
}

function clear({ ledger }: InKernel, task: TaskView, why: string): void {
  ledger.fieldOps++;
  task.field('next_call_data').v = null;
  note(why);
}

export const takenByTheNextCall: Pick<
  KernelHalf,
  'taskFields' | 'asked' | 'entry' | 'exit' | 'signalReturn'
> = {
  taskFields: { next_call_data: { initial: null, atFork: 'clear', atExec: 'keep' } },
  asked: {
    askedIn: 'call',
    wanted(kernel, current, kind) {
      const armed = NAMED_IN_JULY.includes(kind) ? load(kernel, current) : null;
      if (armed === null || !armed.isDue) {
        note(`take ${kind}: none`);
        return null;
      }
      clear(kernel, current, `take ${kind} ${armed.values.join(' ')}`);
      return { kind, values: armed.values };
    },
  },
  entry(kernel, current) {
    const armed = load(kernel, current);
    if (armed === null || armed.isDue) return;
    kernel.ledger.fieldOps++;
    current.field('next_call_data').v = { values: armed.values, isDue: true };
  },
  exit(kernel, current, name) {
    if (load(kernel, current)?.isDue === true) clear(kernel, current, `lost to ${name}`);
  },
  signalReturn(kernel, current) {
    if (load(kernel, current) !== null) clear(kernel, current, 'lost to rt_sigreturn');
  },
};
