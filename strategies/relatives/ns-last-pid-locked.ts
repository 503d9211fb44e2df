// SPDX-License-Identifier: MIT
/**
 * A relative: ns_last_pid as its documentation asks for and CRIU has it, which "should synchronize
 * its usage with external means". Each caller locks the file by flock(2), writes, forks, and only
 * then lets go. That keeps those apart who lock, and nobody else: a plain fork comes in between as
 * before, and must be compared for as before.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { LOCK_EX, LOCK_UN, SEEK_SET } from '../../core/kernel/flags.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { openFile, writeText } from '../fields/task-file.ts';
import { hintFor, NS_LAST_PID, nsLastPid } from './ns-last-pid.ts';

/** Writes and calls while the file is locked, by a descriptor that is at its beginning. */
function* locked(me: Caller, fd: number, hint: string, call: Directable): Program {
  const lock = yield sys('flock', fd, LOCK_EX);
  if (lock < 0) return lock;
  const written = yield writeText(me, fd, hint);
  const result = written < 0 ? written : yield call;
  yield sys('flock', fd, LOCK_UN);
  return result;
}

/** Closing alone would not do: the child has the lock too, as it has the open file. */
const openLockClose: CallerHalf = {
  twoPasses: true,
  *direct(me: Caller, want: Want, call: Directable): Program {
    const hint = hintFor(want, call);
    if (typeof hint === 'number') return hint;
    const fd = yield openFile(me, NS_LAST_PID);
    if (fd < 0) return fd;
    const result = yield* locked(me, fd, hint, call);
    yield sys('close', fd);
    return result;
  },
};

const keptDescriptor: CallerHalf = {
  twoPasses: true,
  *prepare(me: Caller): Program {
    return yield openFile(me, NS_LAST_PID);
  },
  *direct(me: Caller, want: Want, call: Directable, fd: number): Program {
    const hint = hintFor(want, call);
    if (typeof hint === 'number') return hint;
    if (fd < 0) return fd;
    // Only what is written at the beginning counts.
    yield sys('lseek', fd, 0, SEEK_SET);
    return yield* locked(me, fd, hint, call);
  },
};

export const nsLastPidLocked: Strategy = {
  ...nsLastPid,
  name: 'ns_last_pid-locked',
  order: 202,
  summary: 'as ns_last_pid, with the file locked by flock() from the write to the fork',
  caller: openLockClose,
  variants: { kept: keptDescriptor },
};
