// SPDX-License-Identifier: MIT
/**
 * Control, expected to fail: the setter, with privilege tested when the value is set and not when it
 * is used. What a task was allowed once, it then does with whatever credentials it has by that time,
 * and in whatever namespace.
 */
import { PREEMPT } from '../../core/explore/thread.ts';
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from '../../core/kernel/flags.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { arm, nextSyscallData, takenByTheCall } from '../fields/next-syscall-data.ts';
import { copyRecord, putRecord, recordBytes } from '../fields/want-record.ts';

declare module '../../core/kernel/syscall.ts' {
  interface SyscallTable {
    set_granted_data: [address: number, bytes: number];
  }
}

function* direct(me: Caller, want: Want, call: Directable): Program {
  const record = putRecord(me, want);
  const set = yield sys('set_granted_data', record, recordBytes(want.values.length));
  return set < 0 ? set : yield call;
}

export const checkAtSet: Strategy = {
  name: 'check-at-set',
  of: 'setter',
  order: 103,
  summary: 'as setter, but privilege is tested when the value is set and not when it is used',
  kind: 'control',
  form: 'as named',
  caller: { direct, twoPasses: true },
  kernel: {
    taskFields: nextSyscallData,
    asked: takenByTheCall,
    syscalls: {
      *set_granted_data(kernel, current, address, bytes) {
        const want = copyRecord(kernel, current, address, bytes);
        if (typeof want === 'number') return want;
        const isPermitted = [CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN].some((capability) =>
          kernel.capable(current, capability),
        );
        if (!isPermitted) return fail('EPERM');
        yield PREEMPT;
        arm(kernel, current, { ...want, granted: true });
        return 0;
      },
    },
  },
};
