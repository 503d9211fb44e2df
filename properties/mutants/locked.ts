// SPDX-License-Identifier: MIT
/**
 * One field for the whole process behind a lock of its callers, as ns_last_pid is used: what the
 * cure is worth depends on how far the lock reaches.
 */
import { Cell } from '../../core/explore/cell.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Program, type Syscall, sys } from '../../core/kernel/syscall.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { putRecord, recordBytes } from '../../strategies/fields/want-record.ts';

/** pthread_mutex_t, which costs no kernel work as long as nobody waits. */
const lock = new Cell(false, null, 'lock');

function* locked(calls: readonly Syscall[]): Program {
  yield { until: () => !lock.v, why: 'the lock' };
  lock.v = true;
  let result = 0;
  for (const call of calls) {
    result = yield call;
    if (result < 0) break;
  }
  lock.v = false;
  return result;
}

const caller = (reachesCall: boolean): CallerHalf => ({
  *direct(me, want, call) {
    const record = putRecord(me, want);
    const set = sys('set_process_data', record, recordBytes(want.values.length));
    if (reachesCall) return yield* locked([set, call]);
    const result = yield* locked([set]);
    return result < 0 ? result : yield call;
  },
});

export const lockAroundBoth: Strategy = { ...processField, caller: caller(true) };
export const lockAroundSet: Strategy = { ...processField, caller: caller(false) };
