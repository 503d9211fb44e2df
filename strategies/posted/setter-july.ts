// SPDX-License-Identifier: MIT
/**
 * setter as named: one sentence of the thread of July 2008 says that a single system call could set
 * the field instead of a file. No name, no arguments, no errors: a count of 64-bit values is ours.
 * The field is the one that the sentence is about, so its value is for any next call, has no tag
 * (fields/next-call-data.ts), and is the caller's own.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import { type Directable, MAX_WANT_VALUES, type Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { putNumbers } from '../../core/kernel/memory.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { armNextCall, NAMED_IN_JULY, takenByTheNextCall } from '../fields/next-call-data.ts';
import { only } from '../fields/only.ts';

declare module '../../core/kernel/syscall.ts' {
  interface SyscallTable {
    set_next_call_data: [address: number, count: number];
  }
}

const VALUE_BYTES = 8;

function* direct({ memory }: Caller, { values }: Want, call: Directable): Program {
  const address = putNumbers(memory, VALUE_BYTES, values);
  const set = yield sys('set_next_call_data', address, values.length);
  return set < 0 ? set : yield call;
}

export const setterJuly: Strategy = {
  name: 'setter-july',
  of: 'setter',
  order: 31,
  summary: 'July 2008, one sentence: a system call sets what the next call has or loses',
  kind: 'design',
  form: 'as named',
  directs: NAMED_IN_JULY,
  caller: only(NAMED_IN_JULY, { direct, twoPasses: true }),
  kernel: {
    ...takenByTheNextCall,
    syscalls: {
      *set_next_call_data(kernel, current, address, count) {
        if (count < 1 || count > MAX_WANT_VALUES) return fail('EINVAL');
        const values = kernel.copyFromUser(current, address, VALUE_BYTES, count);
        if (values === null) return fail('EFAULT');
        yield PREEMPT;
        armNextCall(kernel, current, values);
        return 0;
      },
    },
  },
};
