// SPDX-License-Identifier: MIT
/**
 * A relative: what mainline has for POSIX timers since 6.15, PR_TIMER_CREATE_RESTORE_IDS. A hybrid:
 * a mode of the process says that ids are wanted, and the call itself says which, by the address
 * that it will be written to. So no value can be lost or misdelivered; the mode can: while it is on,
 * every timer_create of the process, by whichever thread and library, takes what it finds at that
 * address for an id. Without it, Linux gives ids in order and a taken one is no error.
 *
 * The kernel half is empty, as every such kernel has it. Taken is EBUSY, and no privilege is needed.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_OFF,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
} from '../../core/kernel/flags.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

const ON = sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_ON);
const OFF = sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_OFF);

/** The call with its id where it looks for one. */
function* withId({ memory }: Caller, { values }: Want, call: Directable): Program {
  const [id = 0] = values;
  if (call.name === 'timer_create') memory.store(call.args[2], id);
  return yield call;
}

const refused = ({ kind, values }: Want): number =>
  kind !== 'timer' ? fail('ENOSYS') : values.length === 1 ? 0 : fail('EINVAL');

/** Switches the mode on for one call. */
const onAndOff: CallerHalf = {
  twoPasses: true,
  *direct(me: Caller, want: Want, call: Directable): Program {
    if (refused(want) !== 0) return refused(want);
    const on = yield ON;
    if (on < 0) return on;
    const result = yield* withId(me, want, call);
    yield OFF;
    return result;
  },
};

/** Switches it on once and leaves it on, as a restarter does until it is done. */
const keptOn: CallerHalf = {
  *prepare(): Program {
    return yield ON;
  },
  *direct(me: Caller, want: Want, call: Directable, on: number): Program {
    if (refused(want) !== 0) return refused(want);
    return on < 0 ? on : yield* withId(me, want, call);
  },
};

export const timerIds: Strategy = {
  name: 'timer-ids',
  of: null,
  order: 205,
  summary: 'a prctl switches a mode of the process on; timer_create itself says which id',
  kind: 'relative',
  form: 'in mainline',
  directs: ['timer'],
  caller: onAndOff,
  variants: { kept: keptOn },
  kernel: {},
};
