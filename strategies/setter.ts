// SPDX-License-Identifier: MIT
/**
 * setter: one new system call sets the field that the next understanding call takes. The thread of
 * July 2008 has one sentence on it: no name, no arguments, no errors; those here are ours.
 */
import { PREEMPT } from '../core/explore/thread.ts';
import type { Directable, Want } from '../core/kernel/directed.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { arm, nextSyscallData, takenByTheCall } from './fields/next-syscall-data.ts';
import { copyRecord, putRecord, recordBytes } from './fields/want-record.ts';

declare module '../core/kernel/syscall.ts' {
  interface SyscallTable {
    set_next_syscall_data: [address: number, bytes: number];
  }
}

function* direct(me: Caller, want: Want, call: Directable): Program {
  const record = putRecord(me, want);
  const set = yield sys('set_next_syscall_data', record, recordBytes(want.values.length));
  return set < 0 ? set : yield call;
}

export const setter: Strategy = {
  name: 'setter',
  of: 'setter',
  order: 3,
  summary: 'one new system call sets a field of the task; the next call takes it',
  kind: 'design',
  form: 'best form',
  caller: { direct, twoPasses: true },
  kernel: {
    taskFields: nextSyscallData,
    asked: takenByTheCall,
    syscalls: {
      *set_next_syscall_data(kernel, current, address, bytes) {
        const want = copyRecord(kernel, current, address, bytes);
        if (typeof want === 'number') return want;
        yield PREEMPT;
        arm(kernel, current, want);
        return 0;
      },
    },
  },
  rubric: {
    alternative: 'prctl could carry it',
    extension: 'kind and count in its record',
    handle: 'nothing: the caller itself',
    privilege: 'CAP_CHECKPOINT_RESTORE, at use',
    compat: 'fixed widths: as is',
    absent: 'ENOSYS',
    seen: 'a call with a pointer; then a plain call',
    nextCall: 'the question, asked in the call',
  },
};
