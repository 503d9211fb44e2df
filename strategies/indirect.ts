// SPDX-License-Identifier: MIT
/**
 * indirect: one system call wraps another and carries extra parameters. U. Drepper's sys_indirect()
 * of November 2007 (v5), with what it would need today: a whitelist that includes fork and clone,
 * which v5 could not; parameters that say what they are for; and the caller's filters asked about
 * the inner call, which seccomp at the entry did not see. Registers are copied first, then the
 * parameters; they sit in a field of the task while the inner call runs and are cleared after it,
 * whatever came of it, so that an interrupted call is made again as a whole.
 *
 * Nobody inherits the parameters, as the clearing runs in the parent alone.
 */
import { note } from '../core/explore/cell.ts';
import { PREEMPT } from '../core/explore/thread.ts';
import { DIRECTABLE, type Directable, type Want } from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { copyCall, putRegisters } from './fields/indirect-call.ts';
import { copyRecord, putRecord, recordBytes } from './fields/want-record.ts';

declare module '../core/kernel/syscall.ts' {
  interface SyscallTable {
    indirect: [regsAddress: number, paramsAddress: number, paramsBytes: number, flags: number];
  }
}

declare module '../core/kernel/strategy.ts' {
  interface TaskFields {
    indirect_params: Want | null;
  }
}

const WHITELIST: ReadonlySet<string> = new Set(DIRECTABLE);

function* direct(me: Caller, want: Want, call: Directable): Program {
  const registers = putRegisters(me, call);
  const params = putRecord(me, want);
  return yield sys('indirect', registers, params, recordBytes(want.values.length), 0);
}

export const indirect: Strategy = {
  name: 'indirect',
  of: 'indirect',
  order: 4,
  summary: 'sys_indirect() wraps any listed call and carries extra parameters',
  kind: 'design',
  form: 'best form',
  caller: { direct },
  kernel: {
    // No exec is on the list, so that there is nothing to clear at one.
    taskFields: { indirect_params: { initial: null, atFork: 'clear', atExec: 'keep' } },
    asked: {
      askedIn: 'call',
      wanted(kernel, current, kind) {
        kernel.ledger.fieldOps++;
        const want = current.field('indirect_params').v;
        return want !== null && want.kind === kind ? want : null;
      },
    },
    syscalls: {
      *indirect(kernel, current, registers, params, bytes, flags) {
        if (flags !== 0) return fail('EINVAL');
        const call = copyCall(kernel, current, registers);
        if (typeof call === 'number') return call;
        if (!WHITELIST.has(call.name)) return fail('EINVAL');
        const filtered = kernel.filtered(current, call.name);
        if (filtered !== 0) return filtered;
        yield PREEMPT;
        const want = copyRecord(kernel, current, params, bytes);
        if (typeof want === 'number') return want;
        kernel.ledger.fieldOps++;
        current.field('indirect_params').v = want;
        note(`params ${want.kind}`, want.values.join(' '));
        yield PREEMPT;
        const result = yield* kernel.dispatch(current, call);
        kernel.ledger.fieldOps++;
        current.field('indirect_params').v = null;
        return result;
      },
    },
  },
  rubric: {
    alternative: 'no: it is a calling convention',
    extension: 'flags and a size, both checked',
    handle: 'as the wrapped call',
    privilege: 'CAP_CHECKPOINT_RESTORE, at use',
    compat: 'registers differ: an entry and a list of its own',
    absent: 'ENOSYS; EINVAL for a call not listed',
    seen: 'one number for all; the wrapped call in memory, checked again inside',
    nextCall: 'the question, and a line in each list',
  },
};
