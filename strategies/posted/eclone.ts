// SPDX-License-Identifier: MIT
/**
 * with_id as it was posted for fork: eclone, S. Bhattiprolu, v14 of March 2010, with the rules of
 * clone_with_pids (September 2009) where v14 leaves them alone. What it differs in from with_id:
 *
 * - pids come oldest namespace first and are aligned to the right, so that fewer of them are of the
 *   youngest namespaces; 0 is the kernel's choice; with CLONE_NEWPID the new namespace gets a 0 of
 *   its own, behind the others;
 * - more of them than levels is EINVAL before they are copied; CAP_SYS_ADMIN is asked for after it;
 * - a taken number is EBUSY; one below RESERVED_PIDS is EINVAL once the search is beyond those.
 *
 * It directs pids alone: the IPC patches of its series say "the system call interface remains
 * unchanged". The call is made with a structure of its own; parent_tid and child_tid are copied in
 * and not used, as the model writes no tids.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { CAP_SYS_ADMIN, CLONE_NEWPID } from '../../core/kernel/flags.ts';
import { type Layout, putNumbers, putStruct } from '../../core/kernel/memory.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

declare module '../../core/kernel/syscall.ts' {
  interface SyscallTable {
    eclone: [
      program: string,
      flagsLow: number,
      argsAddress: number,
      argsBytes: number,
      pidsAddress: number,
    ];
  }
}

const PID_BYTES = 4;

/** struct clone_args of eclone. */
export const ECLONE_ARGS: Layout = {
  name: 'clone_args',
  bytes: 48,
  fields: [
    { name: 'clone_flags_high', offset: 0, bytes: 8 },
    { name: 'child_stack', offset: 8, bytes: 8 },
    { name: 'child_stack_size', offset: 16, bytes: 8 },
    { name: 'parent_tid_ptr', offset: 24, bytes: 8 },
    { name: 'child_tid_ptr', offset: 32, bytes: 8 },
    { name: 'nr_pids', offset: 40, bytes: 4 },
    { name: 'reserved0', offset: 44, bytes: 4 },
  ],
};

function* direct({ memory }: Caller, want: Want, call: Directable): Program {
  if (want.kind !== 'pid') return fail('ENOSYS');
  if (call.name !== 'fork' && call.name !== 'clone') return yield call;
  const [flags, program] = call.name === 'fork' ? [0, ...call.args] : call.args;
  let { values } = want;
  if ((flags & CLONE_NEWPID) !== 0) {
    // The first in a new namespace is 1, and no other number can be said.
    if (values[0] !== 1) return fail('EINVAL');
    values = values.slice(1);
  }
  const args = putStruct(memory, ECLONE_ARGS, { nr_pids: values.length });
  const pids = putNumbers(memory, PID_BYTES, [...values].reverse());
  return yield sys('eclone', program, flags, args, ECLONE_ARGS.bytes, pids);
}

export const eclone: Strategy = {
  name: 'eclone',
  of: 'with_id',
  order: 11,
  summary: 'eclone(), v14 of 2010: clone with an array of pids, oldest namespace first',
  kind: 'design',
  form: 'as posted',
  directs: ['pid'],
  caller: { direct },
  kernel: {
    syscalls: {
      *eclone(kernel, current, program, flags, address, bytes, pidsAddress) {
        if (bytes !== ECLONE_ARGS.bytes) return fail('EINVAL');
        const words = kernel.copyFromUser(current, address, 8, 5);
        const halves = kernel.copyFromUser(current, address + 40, 4, 2);
        if (words === null || halves === null) return fail('EFAULT');
        const [flagsHigh, , stackSize] = words;
        const [count = 0, reserved] = halves;
        if (flagsHigh !== 0 || reserved !== 0 || stackSize !== 0) return fail('EINVAL');
        if (count < 0 || count > kernel.pidLevels(current)) return fail('EINVAL');
        yield PREEMPT;
        if (count === 0) return yield* kernel.kernelClone(current, { flags, program }, null);
        const pids = kernel.copyFromUser(current, pidsAddress, PID_BYTES, count);
        if (pids === null) return fail('EFAULT');
        if (!kernel.capable(current, CAP_SYS_ADMIN)) return fail('EPERM');
        yield PREEMPT;
        const ofNew = (flags & CLONE_NEWPID) === 0 ? [] : [0];
        const want: Want = { kind: 'pid', values: [...ofNew, ...pids.reverse()] };
        const args = { flags, program, pidRules: 'set_pidmap' } as const;
        return yield* kernel.kernelClone(current, args, want);
      },
    },
  },
};
