// SPDX-License-Identifier: MIT
/**
 * A fifth design, in one file: each call that is to be directed gets a sibling that takes a pointer
 * to a structure and its size, as clone3 does. Version 0 of a structure has the arguments of the
 * plain call; version 1 adds the wanted values behind them. Whatever comes next goes behind those,
 * and needs no new call.
 *
 *     sideband compare --with ./extensible-struct.ts
 */
import {
  type Caller,
  type Directable,
  fail,
  type InKernel,
  MAX_WANT_VALUES,
  PREEMPT,
  type Program,
  putNumbers,
  type Steps,
  type Strategy,
  sys,
  type TaskView,
  UNDERSTANDS,
  type Want,
  type WantKind,
} from 'sideband/design';

declare module 'sideband/design' {
  interface SyscallTable {
    clone4: [program: string, address: number, size: number];
    msgget2: [address: number, size: number];
    semget2: [address: number, size: number];
    shmget2: [address: number, size: number];
    msgctl2: [address: number, size: number];
    semctl2: [address: number, size: number];
    shmctl2: [address: number, size: number];
    timer_create2: [address: number, size: number];
  }
}

/** Every member is a __u64, pointers too, so that 32-bit callers need no translation. */
const U64 = 8;
const PAGE_SIZE = 4096;

const SIBLINGS = {
  msgget: 'msgget2',
  semget: 'semget2',
  shmget: 'shmget2',
  msgctl: 'msgctl2',
  semctl: 'semctl2',
  shmctl: 'shmctl2',
  timer_create: 'timer_create2',
} as const;

function* direct({ memory }: Caller, { kind, values }: Want, call: Directable): Program {
  // What a call does not understand has no member in its structure.
  if (UNDERSTANDS[call.name] !== kind) return yield call;
  const wanted = putNumbers(memory, U64, values);
  const struct = (plain: readonly number[]): [address: number, size: number] => {
    const members = [...plain, wanted, values.length];
    return [putNumbers(memory, U64, members), U64 * members.length];
  };
  switch (call.name) {
    case 'fork':
      return yield sys('clone4', ...call.args, ...struct([0]));
    case 'clone': {
      const [flags, program] = call.args;
      return yield sys('clone4', program, ...struct([flags]));
    }
    default:
      return yield sys(SIBLINGS[call.name], ...struct(call.args));
  }
}

/**
 * copy_struct_from_user(): of a caller who knows less the rest is 0, and one who knows more may use
 * nothing of it. The members that this kernel knows, or -errno.
 */
function copyStruct(
  kernel: InKernel,
  current: TaskView,
  address: number,
  size: number,
  { least, known }: { readonly least: number; readonly known: number },
): number[] | number {
  // size_t is unsigned: below 0 is more than a page.
  if (size < 0 || size > PAGE_SIZE) return fail('E2BIG');
  if (size < least * U64 || size % U64 !== 0) return fail('EINVAL');
  const members = kernel.copyFromUser(current, address, U64, size / U64);
  if (members === null) return fail('EFAULT');
  if (members.slice(known).some((member) => member !== 0)) return fail('E2BIG');
  return Array.from({ length: known }, (_, index) => members[index] ?? 0);
}

/** A sibling: copies both in, the structure and what it points to, and goes on as the plain call. */
const sibling = (
  kind: WantKind,
  plain: number,
  finish: (
    kernel: InKernel,
    current: TaskView,
    members: readonly number[],
    want: Want | null,
  ) => Steps<number>,
) =>
  function* (kernel: InKernel, current: TaskView, address: number, size: number): Steps<number> {
    const known = plain + 2;
    const members = copyStruct(kernel, current, address, size, { least: plain, known });
    if (typeof members === 'number') return members;
    yield PREEMPT;
    const [wanted = 0, count = 0] = members.slice(plain);
    if (wanted === 0 && count === 0) return yield* finish(kernel, current, members, null);
    if (wanted === 0 || count < 1 || count > MAX_WANT_VALUES) return fail('EINVAL');
    const values = kernel.copyFromUser(current, wanted, U64, count);
    if (values === null) return fail('EFAULT');
    yield PREEMPT;
    return yield* finish(kernel, current, members, { kind, values });
  };

export const extensibleStruct: Strategy = {
  name: 'extensible-struct',
  of: null,
  order: 5,
  summary: 'a sibling for each call, which takes a structure and its size, as clone3 does',
  kind: 'design',
  form: 'best form',
  caller: { direct },
  kernel: {
    syscalls: {
      clone4: (kernel, current, program, address, size) =>
        sibling('pid', 1, (_kernel, _current, [flags = 0], want) =>
          kernel.kernelClone(current, { flags, program }, want),
        )(kernel, current, address, size),
      msgget2: sibling('msg', 2, (kernel, current, [key = 0, flags = 0], want) =>
        kernel.doMsgget(current, [key, flags], want),
      ),
      semget2: sibling('sem', 3, (kernel, current, [key = 0, nsems = 0, flags = 0], want) =>
        kernel.doSemget(current, [key, nsems, flags], want),
      ),
      shmget2: sibling('shm', 3, (kernel, current, [key = 0, bytes = 0, flags = 0], want) =>
        kernel.doShmget(current, [key, bytes, flags], want),
      ),
      msgctl2: sibling('msg_state', 3, (kernel, current, [id = 0, command = 0, buf = 0], want) =>
        kernel.doMsgctl(current, [id, command, buf], want),
      ),
      semctl2: sibling(
        'sem_state',
        4,
        (kernel, current, [id = 0, nth = 0, command = 0, arg = 0], want) =>
          kernel.doSemctl(current, [id, nth, command, arg], want),
      ),
      shmctl2: sibling('shm_state', 3, (kernel, current, [id = 0, command = 0, buf = 0], want) =>
        kernel.doShmctl(current, [id, command, buf], want),
      ),
      timer_create2: sibling('timer', 3, (kernel, current, [clock = 0, event = 0, id = 0], want) =>
        kernel.doTimerCreate(current, [clock, event, id], want),
      ),
    },
  },
  rubric: {
    alternative: 'no: it is what it replaces, with room for more',
    extension: 'by size: what is longer must be 0, what is shorter is 0',
    handle: 'numbers, as the plain call',
    privilege: 'CAP_CHECKPOINT_RESTORE, at use',
    compat: '64-bit members, pointers too: as is; an entry each',
    absent: 'ENOSYS, for each call; E2BIG for a member that is not known',
    seen: 'the number of the call; all arguments behind a pointer',
    nextCall: 'one more call, number and entry; another argument needs none',
  },
};
