// SPDX-License-Identifier: MIT
/**
 * Control, expected to fail: the setter, with one field for the whole process instead of one for
 * each thread. The file of the first posting (April 2008, /proc/self/next_id) was one per process;
 * whose field it reached is in no text found, so this is the reading in which all threads share it.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import type { Directable, Want } from '../../core/kernel/directed.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { arm, nextSyscallData, take } from '../fields/next-syscall-data.ts';
import { copyRecord, putRecord, recordBytes } from '../fields/want-record.ts';

declare module '../../core/kernel/syscall.ts' {
  interface SyscallTable {
    set_process_data: [address: number, bytes: number];
  }
}

function* direct(me: Caller, want: Want, call: Directable): Program {
  const record = putRecord(me, want);
  const set = yield sys('set_process_data', record, recordBytes(want.values.length));
  return set < 0 ? set : yield call;
}

export const processField: Strategy = {
  name: 'process-field',
  of: 'setter',
  order: 101,
  summary: 'as setter, but one field for the whole process',
  kind: 'control',
  form: 'as named',
  caller: { direct, twoPasses: true },
  kernel: {
    taskFields: nextSyscallData,
    asked: {
      askedIn: 'call',
      wanted: (kernel, current, kind) => take(kernel, current.leader, kind),
    },
    syscalls: {
      *set_process_data(kernel, current, address, bytes) {
        const want = copyRecord(kernel, current, address, bytes);
        if (typeof want === 'number') return want;
        yield PREEMPT;
        arm(kernel, current.leader, want);
        return 0;
      },
    },
  },
};
