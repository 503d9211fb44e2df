// SPDX-License-Identifier: MIT
/**
 * The ways by which mainline can restore a capture, as strategies whose kernel half is empty: pids by
 * set_tid of clone3, or by ns_last_pid under its lock; ids of IPC objects by next_id. Both keep their
 * descriptors open. Nothing in mainline sets the state of IPC objects, so neither directs that.
 */
import type { Directable } from '../../core/kernel/directed.ts';
import { CLONE_NEWPID } from '../../core/kernel/flags.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import type { Caller } from '../../core/kernel/syscall.ts';
import { clone3 } from '../../strategies/relatives/clone3.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { nsLastPidLocked } from '../../strategies/relatives/ns-last-pid-locked.ts';

const kept = ({ name, variants }: Strategy): CallerHalf => {
  const half = variants?.kept;
  if (half === undefined) throw new Error(`${name} has no variant that keeps its descriptor`);
  return half;
};

/** What a half prepares, once for each thread, as it is first used. */
function once(half: CallerHalf): CallerHalf['direct'] {
  const prepared = new WeakMap<Caller, number>();
  return function* (me, want, call) {
    let ready = prepared.get(me);
    if (ready === undefined) {
      ready = half.prepare === undefined ? 0 : yield* half.prepare(me);
      prepared.set(me, ready);
    }
    return yield* half.direct(me, want, call, ready);
  };
}

const makesNamespace = (call: Directable): boolean =>
  call.name === 'clone' && (call.args[0] & CLONE_NEWPID) !== 0;

function way(name: string, order: number, summary: string, pids: CallerHalf): Strategy {
  const directPid = once(pids);
  const ids = kept(nextId);
  return {
    name,
    of: null,
    order,
    summary,
    kind: 'relative',
    form: 'in mainline',
    directs: ['pid', 'msg', 'sem', 'shm'],
    caller: {
      // In memory, which has to be its own before the first call's arguments are.
      ...(ids.prepare === undefined ? {} : { prepare: ids.prepare }),
      *direct(me, want, call, prepared) {
        if (want.kind !== 'pid') return yield* ids.direct(me, want, call, prepared);
        // The first process of a pid namespace has number 1 in it, whether asked for or not.
        const isGiven = makesNamespace(call) && want.values.length === 1 && want.values[0] === 1;
        return isGiven ? yield call : yield* directPid(me, want, call, prepared);
      },
    },
    kernel: {},
  };
}

export const CLONE3_WAY = way(
  'clone3',
  1,
  'pids by set_tid of clone3, ids by next_id',
  clone3.caller,
);

export const WAYS: readonly Strategy[] = [
  CLONE3_WAY,
  way(
    'ns_last_pid-locked',
    2,
    'pids by ns_last_pid under its lock, ids by next_id',
    kept(nsLastPidLocked),
  ),
];
