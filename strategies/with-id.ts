// SPDX-License-Identifier: MIT
/**
 * with_id: a new system call for each call that is to be directed. Named in the thread of July 2008
 * (fork_with_id, msgget_with_id, ...) without signatures; eclone (2009, never merged) and clone3's
 * set_tid (2019) are what the idea became. Restoring the state of an IPC object takes three more:
 * an id alone can't bring back the pid of the last operation. And timer_create, the next call that
 * somebody wanted directed, takes one more again.
 *
 * A call that is interrupted and made again reads its arguments again: nothing can be lost.
 */
import { PREEMPT, type Steps } from '../core/explore/thread.ts';
import {
  type Directable,
  MAX_WANT_VALUES,
  UNDERSTANDS,
  type Want,
  type WantKind,
} from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import { IPC_SET } from '../core/kernel/flags.ts';
import { putNumbers } from '../core/kernel/memory.ts';
import type { InKernel, Strategy, TaskView } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';

declare module '../core/kernel/syscall.ts' {
  interface SyscallTable {
    fork_with_id: [program: string, pidsAddress: number, count: number];
    clone_with_id: [flags: number, program: string, pidsAddress: number, count: number];
    msgget_with_id: [key: number, flags: number, id: number];
    semget_with_id: [key: number, nsems: number, flags: number, id: number];
    shmget_with_id: [key: number, bytes: number, flags: number, id: number];
    msgctl_with_state: [id: number, address: number, stateAddress: number, count: number];
    semctl_with_state: [id: number, address: number, stateAddress: number, count: number];
    shmctl_with_state: [id: number, address: number, stateAddress: number, count: number];
    timer_create_with_id: [clock: number, eventAddress: number, idAddress: number, id: number];
  }
}

const PID_BYTES = 4;
const STATE_BYTES = 8;
const ONE_ID: ReadonlySet<WantKind> = new Set(['msg', 'sem', 'shm', 'timer']);

function* direct({ memory }: Caller, { kind, values }: Want, call: Directable): Program {
  // What a call does not understand has no place in its signature.
  if (UNDERSTANDS[call.name] !== kind) return yield call;
  const [id = 0] = values;
  // The wrappers of a C library would refuse here what their signatures can't say.
  const count = values.length;
  if (ONE_ID.has(kind) && count !== 1) return fail('EINVAL');
  switch (call.name) {
    case 'fork':
      return yield sys('fork_with_id', ...call.args, putNumbers(memory, PID_BYTES, values), count);
    case 'clone':
      return yield sys('clone_with_id', ...call.args, putNumbers(memory, PID_BYTES, values), count);
    case 'msgget':
      return yield sys('msgget_with_id', ...call.args, id);
    case 'semget':
      return yield sys('semget_with_id', ...call.args, id);
    case 'shmget':
      return yield sys('shmget_with_id', ...call.args, id);
    case 'msgctl': {
      const [object, , address] = call.args;
      const state = putNumbers(memory, STATE_BYTES, values);
      return yield sys('msgctl_with_state', object, address, state, count);
    }
    case 'semctl': {
      const [object, , , address] = call.args;
      const state = putNumbers(memory, STATE_BYTES, values);
      return yield sys('semctl_with_state', object, address, state, count);
    }
    case 'shmctl': {
      const [object, , address] = call.args;
      const state = putNumbers(memory, STATE_BYTES, values);
      return yield sys('shmctl_with_state', object, address, state, count);
    }
    case 'timer_create':
      return yield sys('timer_create_with_id', ...call.args, id);
  }
}

/** Copies the caller's array in, then goes on as the plain call would, with the argument. */
function* withValues(
  kernel: InKernel,
  current: TaskView,
  kind: WantKind,
  array: { readonly address: number; readonly bytes: number; readonly count: number },
  finish: (want: Want) => Steps<number>,
): Steps<number> {
  if (array.count < 1 || array.count > MAX_WANT_VALUES) return fail('EINVAL');
  const values = kernel.copyFromUser(current, array.address, array.bytes, array.count);
  if (values === null) return fail('EFAULT');
  yield PREEMPT;
  return yield* finish({ kind, values });
}

export const withId: Strategy = {
  name: 'with_id',
  of: 'with_id',
  order: 1,
  summary: 'a new system call for each call to be directed',
  kind: 'design',
  form: 'best form',
  caller: { direct },
  kernel: {
    syscalls: {
      fork_with_id: (kernel, current, program, address, count) =>
        withValues(kernel, current, 'pid', { address, bytes: PID_BYTES, count }, (want) =>
          kernel.kernelClone(current, { flags: 0, program }, want),
        ),
      clone_with_id: (kernel, current, flags, program, address, count) =>
        withValues(kernel, current, 'pid', { address, bytes: PID_BYTES, count }, (want) =>
          kernel.kernelClone(current, { flags, program }, want),
        ),
      msgget_with_id: (kernel, current, key, flags, id) =>
        kernel.doMsgget(current, [key, flags], { kind: 'msg', values: [id] }),
      semget_with_id: (kernel, current, key, nsems, flags, id) =>
        kernel.doSemget(current, [key, nsems, flags], { kind: 'sem', values: [id] }),
      shmget_with_id: (kernel, current, key, bytes, flags, id) =>
        kernel.doShmget(current, [key, bytes, flags], { kind: 'shm', values: [id] }),
      msgctl_with_state: (kernel, current, id, buffer, address, count) =>
        withValues(kernel, current, 'msg_state', { address, bytes: STATE_BYTES, count }, (want) =>
          kernel.doMsgctl(current, [id, IPC_SET, buffer], want),
        ),
      semctl_with_state: (kernel, current, id, buffer, address, count) =>
        withValues(kernel, current, 'sem_state', { address, bytes: STATE_BYTES, count }, (want) =>
          kernel.doSemctl(current, [id, 0, IPC_SET, buffer], want),
        ),
      shmctl_with_state: (kernel, current, id, buffer, address, count) =>
        withValues(kernel, current, 'shm_state', { address, bytes: STATE_BYTES, count }, (want) =>
          kernel.doShmctl(current, [id, IPC_SET, buffer], want),
        ),
      timer_create_with_id: (kernel, current, clock, event, address, id) =>
        kernel.doTimerCreate(current, [clock, event, address], { kind: 'timer', values: [id] }),
    },
  },
  rubric: {
    alternative: 'no: it is what it replaces, with an argument more',
    extension: 'not: no flags, no size',
    handle: 'numbers, as the plain call',
    privilege: 'CAP_CHECKPOINT_RESTORE, at use',
    compat: 'ints and a pointer to ints: as is; an entry each',
    absent: 'ENOSYS, for each call',
    seen: 'the number of the call and its id; pids behind a pointer',
    nextCall: 'one more call, number and entry',
  },
};
