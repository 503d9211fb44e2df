// SPDX-License-Identifier: MIT
/**
 * POSIX timers as far as their ids go: do_timer_create(), posix_timer_add(), timer_delete() and
 * posixtimer_create_prctl() of kernel/time/posix-timers.c, Linux 6.15 and later. Ids are a
 * process's own and go up. A process that has switched PR_TIMER_CREATE_RESTORE_IDS on says which id
 * it wants by the address that it will be written to: a mode says that, the call says what, and
 * nothing can be lost in between. Neither timers nor the mode are there after fork or exec. An id
 * that a design asks for comes before that, and needs the privilege that all such ids do.
 *
 * Left out: arming and expiry; a sigevent, refused; clocks of other processes, clocks that wake.
 */
import { type Cell, CellMap, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import {
  PR_TIMER_CREATE_RESTORE_IDS_GET,
  PR_TIMER_CREATE_RESTORE_IDS_OFF,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
} from '../kernel/flags.ts';
import type { ModelKernel } from './kernel.ts';
import { INT_MAX } from './limits.ts';
import type { Task } from './task.ts';
import { refuseId } from './wanted.ts';

/** What signal_struct has of timers. */
export class PosixTimers extends Struct {
  /** An id is taken from the start, and names a timer once the caller has been told. */
  readonly ids = new CellMap<number, 'taken' | 'valid'>(this, 'timer');
  readonly next = this.cell('next_posix_timer_id', 0);
  readonly restoresIds: Cell<boolean> = this.cell('timer_create_restore_ids', false);
  private readonly taken: Cell<readonly number[]> = this.cell('posix_timers', []);

  take(id: number): void {
    this.taken.v = [...this.taken.v, id].sort((a, b) => a - b);
    this.ids.set(id, 'taken');
  }

  free(id: number): void {
    this.taken.v = this.taken.v.filter((other) => other !== id);
    this.ids.delete(id);
  }

  /** exit_itimers(). The next id is what it would have been. */
  exit(): void {
    this.restoresIds.v = false;
    for (const id of this.taken.v) this.free(id);
  }
}

/** CLOCK_REALTIME, _MONOTONIC, _PROCESS_CPUTIME_ID, _THREAD_CPUTIME_ID, _BOOTTIME, _TAI. */
const TIMED_CLOCKS: ReadonlySet<number> = new Set([0, 1, 2, 3, 7, 11]);
/** CLOCK_MONOTONIC_RAW, _REALTIME_COARSE, _MONOTONIC_COARSE: to be read only. */
const OTHER_CLOCKS: ReadonlySet<number> = new Set([4, 5, 6]);

export function* timerCreate(
  kernel: ModelKernel,
  current: Task,
  clock: number,
  event: number,
  address: number,
  want: Want | null,
): Steps<number> {
  if (OTHER_CLOCKS.has(clock)) return fail('EOPNOTSUPP');
  if (!TIMED_CLOCKS.has(clock) || event !== 0) return fail('EINVAL');
  const { timers } = current.signal;
  let wanted = want?.values[0] ?? null;
  if (want !== null) {
    const refused = refuseId(current, want);
    if (refused !== 0) return refused;
  } else if (timers.restoresIds.v) {
    const read = kernel.copyFromUser(current, address, 4, 1)?.[0];
    if (read === undefined) return fail('EFAULT');
    if (read < 0 || read > INT_MAX) return fail('EINVAL');
    wanted = read;
  }
  // alloc_posix_timer() failing is EAGAIN, as its manual page says.
  if (!kernel.allocates(current)) return fail('EAGAIN');
  yield PREEMPT;
  kernel.ledger.locks++;
  const id = wanted ?? nextFree(timers);
  // A design says EEXIST, as for everything else that it directs.
  if (timers.ids.get(id) !== undefined) return fail(want === null ? 'EBUSY' : 'EEXIST');
  timers.take(id);
  timers.next.v = (id + 1) % (INT_MAX + 1);
  yield PREEMPT;
  if (!kernel.copyToUser(current, address, 4, [id])) {
    timers.free(id);
    return fail('EFAULT');
  }
  timers.ids.set(id, 'valid');
  return 0;
}

/** Goes on from the last id, around the positive numbers. */
function nextFree({ ids, next }: PosixTimers): number {
  let id = next.v;
  while (ids.get(id) !== undefined) id = (id + 1) % (INT_MAX + 1);
  return id;
}

export function timerDelete(kernel: ModelKernel, current: Task, id: number): number {
  kernel.ledger.locks++;
  const { timers } = current.signal;
  if (timers.ids.get(id) !== 'valid') return fail('EINVAL');
  timers.free(id);
  return 0;
}

/** posixtimer_create_prctl() */
export function timerCreatePrctl(current: Task, control: number): number {
  const { restoresIds } = current.signal.timers;
  switch (control) {
    case PR_TIMER_CREATE_RESTORE_IDS_OFF:
      restoresIds.v = false;
      return 0;
    case PR_TIMER_CREATE_RESTORE_IDS_ON:
      restoresIds.v = true;
      return 0;
    case PR_TIMER_CREATE_RESTORE_IDS_GET:
      return Number(restoresIds.v);
    default:
      return fail('EINVAL');
  }
}
