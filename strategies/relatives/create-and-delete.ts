// SPDX-License-Identifier: MIT
/**
 * A relative: no support at all. Create and delete until the wanted id comes up, and give up with
 * EAGAIN after TRIES of them. The kernel half is empty. Nobody can take another's value, as there is
 * none; but many ids never come up: mainline gives out the indices of IPC objects from a window of
 * 64 (or half as many again as are in use), and a pid that another task holds is passed over. It can
 * direct one level of pids, and no state.
 *
 * It is shown for its cost. Its races are not explored: two threads that try four times each have more
 * than 100,000 states already.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CLONE_NEWPID,
  CLONE_THREAD,
  IPC_PRIVATE,
  IPC_RMID,
  SIGKILL,
} from '../../core/kernel/flags.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, type Syscall, sys } from '../../core/kernel/syscall.ts';

/** Twice the window of indices, and enough for a pid of three digits soon after boot. */
export const TRIES = 128;

/** What undoes a call that made `id`, in order; null where nothing does. */
function undo(call: Directable, id: number): readonly Syscall[] | null {
  switch (call.name) {
    case 'fork':
      return [sys('kill', id, SIGKILL), sys('wait4', id, 0, 0)];
    case 'clone': {
      // A thread can't be killed alone, and a new namespace has a first number only.
      const isPlain = (call.args[0] & (CLONE_THREAD | CLONE_NEWPID)) === 0;
      return isPlain ? [sys('kill', id, SIGKILL), sys('wait4', id, 0, 0)] : null;
    }
    case 'msgget':
      return [sys('msgctl', id, IPC_RMID, 0)];
    case 'semget':
      return [sys('semctl', id, 0, IPC_RMID, 0)];
    case 'shmget':
      return [sys('shmctl', id, IPC_RMID, 0)];
    default:
      return null;
  }
}

function* direct(_me: Caller, { values: [wanted, ...more] }: Want, call: Directable): Program {
  if (more.length > 0) return fail('EINVAL');
  // An object that a key names may be somebody else's: nothing to delete.
  const isNamed = call.name.endsWith('get') && call.args[0] !== IPC_PRIVATE;
  if (isNamed || undo(call, 0) === null) return fail('ENOSYS');
  for (let tries = 0; tries < TRIES; tries++) {
    const id = yield call;
    if (id < 0 || id === wanted) return id;
    for (const step of undo(call, id) ?? []) yield step;
  }
  return fail('EAGAIN');
}

export const createAndDelete: Strategy = {
  name: 'create-and-delete',
  of: null,
  order: 206,
  summary: `no support: create and delete until the id comes up, ${TRIES} times at most`,
  kind: 'relative',
  form: 'in mainline',
  directs: ['pid', 'msg', 'sem', 'shm'],
  tries: true,
  caller: { direct },
  kernel: {},
};
