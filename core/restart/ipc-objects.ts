// SPDX-License-Identifier: MIT
/**
 * Restores System V objects: a directed get for the id, the contents, and last IPC_SET, directed
 * where the capture carries state, because sending messages and SETALL change the very state that
 * is to be restored. Creators other than the restarter (cuid, cgid) are beyond every design.
 */
import type { Directable, Want } from '../kernel/directed.ts';
import { IPC_CREAT, IPC_EXCL, IPC_SET, SETALL } from '../kernel/flags.ts';
import type { Frame } from '../kernel/frame.ts';
import {
  type Layout,
  MSQID_DS,
  putNumbers,
  putStruct,
  SEMID_DS,
  SHMID_DS,
} from '../kernel/memory.ts';
import { type Program, type Syscall, sys } from '../kernel/syscall.ts';
import type { CapturedIpc as Ipc } from './capture.ts';

/** Calls that must succeed; below 0 the restart is over. */
export interface Calls {
  call(purpose: string, call: Syscall): Program;
  directedCall(me: Frame, purpose: string, want: Want, call: Directable): Program;
  /** Was a call refused, by whomever it was made? */
  isOver(): boolean;
}

const CREATE = IPC_CREAT | IPC_EXCL;

/** The objects dealt out to so many workers at most, one after the other. */
export function sharesOf({ msg, sem, shm }: Ipc, workers: number): Ipc[] {
  const busy = Math.min(workers, Math.max(msg.length, sem.length, shm.length));
  return Array.from({ length: busy }, (_, worker) => {
    const isOurs = (_object: unknown, index: number) => index % workers === worker;
    return { msg: msg.filter(isOurs), sem: sem.filter(isOurs), shm: shm.filter(isOurs) };
  });
}

/** False once a call was refused. */
export function* restoreIpc(restart: Calls, me: Frame, ipc: Ipc): Program<boolean> {
  for (const queue of ipc.msg) if ((yield* restoreQueue(restart, me, queue)) < 0) return false;
  for (const set of ipc.sem) if ((yield* restoreSet(restart, me, set)) < 0) return false;
  for (const segment of ipc.shm) {
    if ((yield* restoreSegment(restart, me, segment)) < 0) return false;
  }
  return true;
}

const buffer = (
  { memory }: Frame,
  layout: Layout,
  object: { readonly uid: number; readonly gid: number; readonly mode: number },
  qbytes = 0,
): number =>
  putStruct(memory, layout, { uid: object.uid, gid: object.gid, mode: object.mode, qbytes });

/** The last call of an object: IPC_SET, with the state if there is one. */
function* finish(
  restart: Calls,
  me: Frame,
  purpose: string,
  set: Syscall<'msgctl' | 'semctl' | 'shmctl'>,
  state: Want | null,
): Program {
  return state === null
    ? yield* restart.call(`set ${purpose}`, set)
    : yield* restart.directedCall(me, `set the state of ${purpose}`, state, set);
}

function* restoreQueue(restart: Calls, me: Frame, queue: Ipc['msg'][number]): Program {
  const { id, key, mode, qbytes, messages, state } = queue;
  const purpose = `message queue ${id}`;
  const want: Want = { kind: 'msg', values: [id] };
  const get = sys('msgget', key, mode | CREATE);
  const got = yield* restart.directedCall(me, `create ${purpose}`, want, get);
  if (got < 0) return got;
  const set = sys('msgctl', got, IPC_SET, buffer(me, MSQID_DS, queue, qbytes));
  if (messages.length > 0) {
    const sized = yield* restart.call(`size ${purpose}`, set);
    if (sized < 0) return sized;
  }
  for (const { type, text } of messages) {
    const bytes = Buffer.from(text, 'base64').toString('latin1');
    const address = me.memory.allocate(8 + bytes.length);
    me.memory.store(address, type);
    if (bytes !== '') me.memory.store(address + 8, bytes);
    const send = sys('msgsnd', got, address, bytes.length, 0);
    const sent = yield* restart.call(`fill ${purpose}`, send);
    if (sent < 0) return sent;
  }
  return yield* finish(
    restart,
    me,
    purpose,
    set,
    state === undefined
      ? null
      : {
          kind: 'msg_state',
          values: [state.lspid, state.lrpid, state.stime, state.rtime, state.ctime],
        },
  );
}

function* restoreSet(restart: Calls, me: Frame, set: Ipc['sem'][number]): Program {
  const { id, key, mode, values, state } = set;
  const purpose = `semaphore set ${id}`;
  const want: Want = { kind: 'sem', values: [id] };
  const get = sys('semget', key, values.length, mode | CREATE);
  const got = yield* restart.directedCall(me, `create ${purpose}`, want, get);
  if (got < 0) return got;
  if (values.some((value) => value !== 0)) {
    const array = putNumbers(me.memory, 2, values);
    const filled = yield* restart.call(`fill ${purpose}`, sys('semctl', got, 0, SETALL, array));
    if (filled < 0) return filled;
  }
  return yield* finish(
    restart,
    me,
    purpose,
    sys('semctl', got, 0, IPC_SET, buffer(me, SEMID_DS, set)),
    state === undefined
      ? null
      : { kind: 'sem_state', values: [state.otime, state.ctime, ...state.pids] },
  );
}

function* restoreSegment(restart: Calls, me: Frame, segment: Ipc['shm'][number]): Program {
  const { id, key, mode, size, state } = segment;
  const purpose = `shared memory segment ${id}`;
  const want: Want = { kind: 'shm', values: [id] };
  const get = sys('shmget', key, size, mode | CREATE);
  const got = yield* restart.directedCall(me, `create ${purpose}`, want, get);
  if (got < 0) return got;
  return yield* finish(
    restart,
    me,
    purpose,
    sys('shmctl', got, IPC_SET, buffer(me, SHMID_DS, segment)),
    state === undefined
      ? null
      : {
          kind: 'shm_state',
          values: [state.cpid, state.lpid, state.atime, state.dtime, state.ctime],
        },
  );
}
