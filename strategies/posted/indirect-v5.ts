// SPDX-License-Identifier: MIT
/**
 * indirect as last posted: U. Drepper, PATCHv5, 21 November 2007. Each call that may be wrapped is
 * on a list, as clone and execve "require the stack layout of an ordinary system call"; a fourth
 * argument, kept for syslets, must be 0. The block has no tag (fields/indirect-block.ts). Checked in
 * this order: flags EINVAL, registers EFAULT, not listed EINVAL, block too large EINVAL, block
 * EFAULT.
 *
 * v5 listed calls that take flags. The list here is what the thread of July 2008 had in mind, put
 * into that patch: every call that can be directed, but for fork and clone, which the patch can't
 * have. Filters of system calls by number came in 2012: nobody asks about the inner call.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import { DIRECTABLE, type Directable, UNDERSTANDS, type Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import {
  blockBytes,
  NOT_PIDS,
  putBlock,
  readByTheCall,
  withBlock,
} from '../fields/indirect-block.ts';
import { copyCall, putRegisters } from '../fields/indirect-call.ts';
import { only } from '../fields/only.ts';

declare module '../../core/kernel/syscall.ts' {
  interface SyscallTable {
    indirect_v5: [regsAddress: number, paramsAddress: number, paramsBytes: number, flags: number];
  }
}

const WHITELIST: ReadonlySet<string> = new Set(
  DIRECTABLE.filter((name) => UNDERSTANDS[name] !== 'pid'),
);

function* direct(me: Caller, want: Want, call: Directable): Program {
  const registers = putRegisters(me, call);
  return yield sys('indirect_v5', registers, putBlock(me, want), blockBytes(want), 0);
}

export const indirectV5: Strategy = {
  name: 'indirect-v5',
  of: 'indirect',
  order: 42,
  summary: 'sys_indirect() of 21 November 2007: wraps calls on a list that can not have fork',
  kind: 'design',
  form: 'as posted',
  directs: NOT_PIDS,
  caller: only(NOT_PIDS, { direct }),
  kernel: {
    ...readByTheCall,
    syscalls: {
      *indirect_v5(kernel, current, registers, params, bytes, flags) {
        if (flags !== 0) return fail('EINVAL');
        const call = copyCall(kernel, current, registers);
        if (typeof call === 'number') return call;
        if (!WHITELIST.has(call.name)) return fail('EINVAL');
        yield PREEMPT;
        return yield* withBlock(kernel, current, call, params, bytes);
      },
    },
  },
};
