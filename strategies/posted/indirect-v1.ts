// SPDX-License-Identifier: MIT
/**
 * indirect as first posted: U. Drepper, "sys_indirect system call", 15 November 2007. "No attempt is
 * made to catch invalid calls": it refuses recursion and blocks that are too large, and makes any
 * other call; one that does not look for parameters ignores them without a word. The block has no
 * tag (fields/indirect-block.ts). Errors for what it refuses were not found: EINVAL, as in v5.
 *
 * It directs no pids: fork, clone and execve need the stack of an ordinary system call, and "simply
 * *cannot* be called from any indirect code" (Linus, 20 November 2007). v1 did not stop a caller
 * that tried. What then happens to the machine is no semantics of a design, so the model refuses
 * these calls with EINVAL, in which it is kinder than the posting.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import type { Directable, Want } from '../../core/kernel/directed.ts';
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
    indirect_v1: [regsAddress: number, paramsAddress: number, paramsBytes: number];
  }
}

/** Those that take their registers from where a system call left them. */
const NEED_THE_STACK: ReadonlySet<string> = new Set(['fork', 'clone', 'clone3', 'execve']);

function* direct(me: Caller, want: Want, call: Directable): Program {
  const registers = putRegisters(me, call);
  return yield sys('indirect_v1', registers, putBlock(me, want), blockBytes(want));
}

export const indirectV1: Strategy = {
  name: 'indirect-v1',
  of: 'indirect',
  order: 41,
  summary: 'sys_indirect() of 15 November 2007: wraps any call, checks nothing',
  kind: 'design',
  form: 'as posted',
  directs: NOT_PIDS,
  caller: only(NOT_PIDS, { direct }),
  kernel: {
    ...readByTheCall,
    syscalls: {
      *indirect_v1(kernel, current, registers, params, bytes) {
        const call = copyCall(kernel, current, registers);
        if (typeof call === 'number') return call;
        if (call.name === 'indirect_v1' || NEED_THE_STACK.has(call.name)) return fail('EINVAL');
        yield PREEMPT;
        return yield* withBlock(kernel, current, call, params, bytes);
      },
    },
  },
};
