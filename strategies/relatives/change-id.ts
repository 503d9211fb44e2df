// SPDX-License-Identifier: MIT
/**
 * A relative, from before the thread: P. Peiffer, "(RFC) IPC: new kernel API to change an ID",
 * January 2008. Create an object, then give it the id: a command IPC_SETID of msgctl, semctl and
 * shmctl. Nothing waits for a next call; but for a moment the object has an id that nobody asked for,
 * and every other attribute would want a command of its own (A. Korotaev's answer). It directs ids
 * of IPC objects alone.
 *
 * The patches' text was not found. Read here: the id is the argument itself; the owner of the object
 * may do it; EINVAL for what is no id, EBUSY for a slot in use; a number for the command.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE, IPC_RMID } from '../../core/kernel/flags.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

export const IPC_SETID = 4;

/** An object that exists has its id already: only what this call made may be given another. */
const made = (flags: number): number => flags | IPC_CREAT | IPC_EXCL;

/** The *ctl of an object, for IPC_SETID and for IPC_RMID. */
function change(name: string, id: number, command: number, argument: number) {
  switch (name) {
    case 'msgget':
      return sys('msgctl', id, command, argument);
    case 'semget':
      return sys('semctl', id, 0, command, argument);
    default:
      return sys('shmctl', id, command, argument);
  }
}

/** The get call that creates or fails; null for another call. */
function creating(call: Directable) {
  switch (call.name) {
    case 'msgget':
      return sys('msgget', call.args[0], made(call.args[1]));
    case 'semget':
      return sys('semget', call.args[0], call.args[1], made(call.args[2]));
    case 'shmget':
      return sys('shmget', call.args[0], call.args[1], made(call.args[2]));
    default:
      return null;
  }
}

function* direct(_me: Caller, { values: [newId = 0, ...more] }: Want, call: Directable): Program {
  const create = creating(call);
  if (create === null) return fail('ENOSYS');
  if (more.length > 0) return fail('EINVAL');
  // Without IPC_CREAT, and with a key, the plain call makes nothing whose id could be changed.
  const flags = call.args.at(-1);
  const mayCreate = call.args[0] === IPC_PRIVATE || (Number(flags) & IPC_CREAT) !== 0;
  if (!mayCreate) {
    const found = yield call;
    return found < 0 ? found : fail('EEXIST');
  }
  const id = yield create;
  if (id < 0) return id;
  const changed = yield change(call.name, id, IPC_SETID, newId);
  if (changed === 0) return newId;
  yield change(call.name, id, IPC_RMID, 0);
  return changed;
}

export const changeId: Strategy = {
  name: 'change-id',
  of: null,
  order: 207,
  summary: 'January 2008: create an object, then change its id by msgctl IPC_SETID and its like',
  kind: 'relative',
  form: 'as posted',
  directs: ['msg', 'sem', 'shm'],
  caller: { direct },
  kernel: {
    syscalls: {
      *msgctl(kernel, current, id, command, argument) {
        if (command === IPC_SETID) return kernel.changeIpcId(current, 'msg', id, argument);
        return yield* kernel.doMsgctl(current, [id, command, argument], null);
      },
      *semctl(kernel, current, id, semnum, command, argument) {
        if (command === IPC_SETID) return kernel.changeIpcId(current, 'sem', id, argument);
        return yield* kernel.doSemctl(current, [id, semnum, command, argument], null);
      },
      *shmctl(kernel, current, id, command, argument) {
        if (command === IPC_SETID) return kernel.changeIpcId(current, 'shm', id, argument);
        return yield* kernel.doShmctl(current, [id, command, argument], null);
      },
    },
  },
};
