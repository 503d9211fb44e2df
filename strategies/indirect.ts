// SPDX-License-Identifier: MIT
/**
 * indirect: one system call wraps another and carries extra parameters. U. Drepper's sys_indirect()
 * of November 2007 (v5), with what it would need today: a whitelist that includes fork and clone,
 * which v5 could not. Registers are copied first, then the parameters; they sit in a field of the
 * task while the inner call runs and are cleared after it, whatever came of it.
 *
 * A child of fork must not inherit the parameters, as the clearing runs in the parent alone.
 */
import { note } from '../core/explore/cell.ts';
import { PREEMPT } from '../core/explore/thread.ts';
import {
  DIRECTABLE,
  type Directable,
  type DirectableName,
  type Want,
} from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, type Syscall, sys } from '../core/kernel/syscall.ts';
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

/** struct indirect_registers on x86-64: rax, which is the call, and six arguments. */
const REGISTER_BYTES = 8;
const REGISTERS = 7;

const WHITELIST: ReadonlySet<string> = new Set(DIRECTABLE);

const isListed = (name: string): name is DirectableName => WHITELIST.has(name);

function* direct(me: Caller, want: Want, { name, args }: Directable): Program {
  const registers = me.memory.allocate(REGISTERS * REGISTER_BYTES);
  for (const [index, register] of [name, ...args].entries()) {
    me.memory.store(registers + index * REGISTER_BYTES, register);
  }
  const params = putRecord(me, want);
  return yield sys('indirect', registers, params, recordBytes(want.values.length), 0);
}

export const indirect: Strategy = {
  name: 'indirect',
  order: 4,
  summary: 'sys_indirect() wraps any listed call and carries extra parameters',
  kind: 'design',
  form: 'best form',
  caller: { direct },
  kernel: {
    taskFields: { indirect_params: { initial: null, atFork: 'clear' } },
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
        const copied = kernel.copyRegisters(current, registers, REGISTERS);
        if (copied === null) return fail('EFAULT');
        const [name, ...args] = copied;
        if (typeof name !== 'string' || !isListed(name)) return fail('EINVAL');
        yield PREEMPT;
        const want = copyRecord(kernel, current, params, bytes);
        if (typeof want === 'number') return want;
        kernel.ledger.fieldOps++;
        current.field('indirect_params').v = want;
        note(`params ${want.kind}`, want.values.join(' '));
        yield PREEMPT;
        const result = yield* kernel.dispatch(current, { name, args } as Syscall);
        kernel.ledger.fieldOps++;
        current.field('indirect_params').v = null;
        return result;
      },
    },
  },
};
