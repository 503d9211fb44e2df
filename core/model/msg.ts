// SPDX-License-Identifier: MIT
/**
 * Message queues, after ipc/msg.c of Linux 6.1: a message goes straight to a receiver that sleeps
 * for it, whose thread is then the last to have received (pipelined_send()). Left out: MSG_COPY,
 * MSG_EXCEPT, MSG_NOERROR; the order in which ss_wakeup() wakes senders.
 */
import { allocate, type Cell, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { CAP_SYS_RESOURCE, IPC_NOWAIT, IPC_RMID, IPC_SET, IPC_STAT } from '../kernel/flags.ts';
import { MSQID_DS } from '../kernel/memory.ts';
import {
  type IpcOps,
  IpcPerm,
  ipcget,
  ipcperms,
  type LastUser,
  lastUsers,
  obtain,
  obtainOwned,
  permStat,
  refuseState,
  removeId,
  updatePerm,
} from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { MSGMAX, MSGMNB, MSGMNI } from './limits.ts';
import { pidNrNs } from './pid.ts';
import { ERESTARTNOHAND } from './signal.ts';
import { initiallyCapable, type Task } from './task.ts';

export interface Message {
  readonly type: number;
  readonly text: string;
}

/** struct msg_receiver: a task that sleeps for a message of `type`, up to `bytes` long. */
class Receiver extends Struct {
  readonly task: Cell<Task | null> = this.cell('task', null);
  readonly type = this.cell('type', 0);
  readonly bytes = this.cell('bytes', 0);
  /** What it was given, or -errno. */
  readonly given: Cell<Message | number | null> = this.cell('given', null);
}

export class Msg extends IpcPerm {
  readonly stime = this.cell('stime', 0);
  readonly rtime = this.cell('rtime', 0);
  readonly ctime = this.cell('ctime', 0);
  readonly qbytes = this.cell('qbytes', 0);
  readonly cbytes = this.cell('cbytes', 0);
  readonly messages: Cell<readonly Message[]> = this.cell('messages', []);
  readonly lspid: LastUser = this.cell('lspid', null);
  readonly lrpid: LastUser = this.cell('lrpid', null);
  readonly receivers: Cell<readonly Receiver[]> = this.cell('receivers', []);
  /** Goes up with every IPC_SET: receivers look again at what they may do (expunge_all()). */
  readonly changes = this.cell('changes', 0);
}

const OPS: IpcOps<Msg> = {
  kind: 'msg',
  limit: MSGMNI,
  create(kernel, current) {
    if (!kernel.allocates(current)) return fail('ENOMEM');
    const queue = allocate(newMsg);
    queue.ctime.v = kernel.clock.v;
    queue.qbytes.v = MSGMNB;
    return queue;
  },
  fits: () => 0,
};

const newMsg = () => new Msg();

export function doMsgget(
  kernel: ModelKernel,
  current: Task,
  key: number,
  flags: number,
  want: Want | null,
): number {
  return ipcget(kernel, current, current.ipcNs.msg, OPS, { key, flags, size: 0 }, want);
}

export function doMsgctl(
  kernel: ModelKernel,
  current: Task,
  id: number,
  command: number,
  address: number,
  want: Want | null,
): Steps<number> | number {
  if (id < 0 || command < 0) return fail('EINVAL');
  switch (command) {
    case IPC_RMID: {
      kernel.ledger.locks++;
      const queue = obtainOwned(current, current.ipcNs.msg, id);
      if (typeof queue === 'number') return queue;
      removeId(current.ipcNs.msg, queue);
      return 0;
    }
    case IPC_SET:
      return setQueue(kernel, current, id, address, want);
    case IPC_STAT:
      return statQueue(kernel, current, id, address);
    default:
      return fail('EINVAL');
  }
}

function* setQueue(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  want: Want | null,
): Steps<number> {
  const set = kernel.structFromUser(current, address, MSQID_DS);
  if (set === null) return fail('EFAULT');
  yield PREEMPT;
  kernel.ledger.locks++;
  const queue = obtainOwned(current, current.ipcNs.msg, id);
  if (typeof queue === 'number') return queue;
  const refused = want === null ? 0 : refuseState(current, want, 5, (index) => index < 2);
  if (refused !== 0) return refused;
  const [lspid = 0, lrpid = 0, stime = 0, rtime = 0, ctime = 0] = want?.values ?? [];
  const users = lastUsers(kernel, current, [lspid, lrpid]);
  if (typeof users === 'number') return users;
  if (set.qbytes > MSGMNB && !initiallyCapable(current, CAP_SYS_RESOURCE)) return fail('EPERM');
  const error = updatePerm(queue, set);
  if (error !== 0) return error;
  queue.qbytes.v = set.qbytes;
  queue.changes.v += 1;
  queue.ctime.v = kernel.clock.v;
  if (want !== null) {
    [queue.lspid.v = null, queue.lrpid.v = null] = users;
    queue.stime.v = stime;
    queue.rtime.v = rtime;
    queue.ctime.v = ctime;
  }
  return 0;
}

function* statQueue(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
): Steps<number> {
  kernel.ledger.locks++;
  const queue = obtain(current.ipcNs.msg, id);
  if (typeof queue === 'number') return queue;
  if (!ipcperms(current, queue, 0o444)) return fail('EACCES');
  const ns = current.activePidNs;
  const stat = {
    ...permStat(queue),
    stime: queue.stime.v,
    rtime: queue.rtime.v,
    ctime: queue.ctime.v,
    cbytes: queue.cbytes.v,
    qnum: queue.messages.v.length,
    qbytes: queue.qbytes.v,
    lspid: pidNrNs(queue.lspid.v, ns),
    lrpid: pidNrNs(queue.lrpid.v, ns),
  };
  yield PREEMPT;
  return kernel.structToUser(current, address, MSQID_DS, stat) ? 0 : fail('EFAULT');
}

/** struct msgbuf: a long for the type, then the text. */
const MTEXT = 8;

export function* msgsnd(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  bytes: number,
  flags: number,
): Steps<number> {
  const type = kernel.copyFromUser(current, address, 8, 1, 'call');
  if (type === null) return fail('EFAULT');
  if (bytes < 0 || bytes > MSGMAX || id < 0 || (type[0] ?? 0) < 1) return fail('EINVAL');
  // load_msg()
  if (!kernel.allocates(current)) return fail('ENOMEM');
  if (current.mm.room(address + MTEXT) < bytes) return fail('EFAULT');
  const text = bytes === 0 ? '' : kernel.strncpyFromUser(current, address + MTEXT, bytes, 'call');
  if (text === null) return fail('EFAULT');
  for (;;) {
    yield PREEMPT;
    kernel.ledger.locks++;
    const queue = obtain(current.ipcNs.msg, id);
    if (typeof queue === 'number') return queue;
    if (!ipcperms(current, queue, 0o222)) return fail('EACCES');
    if (fitsInQueue(queue, bytes)) {
      const message = { type: type[0] ?? 0, text };
      queue.lspid.v = current.leader.thePid;
      queue.stime.v = kernel.clock.v;
      if (handOver(kernel, queue, message)) return 0;
      queue.messages.v = [...queue.messages.v, message];
      queue.cbytes.v += bytes;
      return 0;
    }
    if ((flags & IPC_NOWAIT) !== 0) return fail('EAGAIN');
    // ss_wakeup(), which IPC_SET calls too, wakes whose message fits; it asks for permission again.
    yield {
      until: () => queue.deleted.v || current.sigpending.v || fitsInQueue(queue, bytes),
      why: `msgsnd: queue ${id} is full`,
    };
    if (queue.deleted.v) return fail('EIDRM');
    if (current.sigpending.v) return ERESTARTNOHAND;
  }
}

/** msg_fits_inqueue() */
function fitsInQueue({ qbytes, cbytes, messages }: Msg, bytes: number): boolean {
  return bytes + cbytes.v <= qbytes.v && 1 + messages.v.length <= qbytes.v;
}

/** pipelined_send(): true if a receiver took it. One for whom it is too long is told so. */
function handOver(kernel: ModelKernel, queue: Msg, message: Message): boolean {
  for (const receiver of queue.receivers.v) {
    if (!isOfType(message, receiver.type.v)) continue;
    queue.receivers.v = queue.receivers.v.filter((other) => other !== receiver);
    if (message.text.length > receiver.bytes.v) {
      receiver.given.v = fail('E2BIG');
      continue;
    }
    receiver.given.v = message;
    queue.lrpid.v = receiver.task.v?.pid.v ?? null;
    queue.rtime.v = kernel.clock.v;
    return true;
  }
  return false;
}

export function* msgrcv(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  bytes: number,
  type: number,
  flags: number,
): Steps<number> {
  if (id < 0 || bytes < 0) return fail('EINVAL');
  const message = yield* receive(kernel, current, id, bytes, type, flags);
  if (typeof message === 'number') return message;
  yield PREEMPT;
  const { text } = message;
  const copied =
    kernel.copyToUser(current, address, 8, [message.type]) &&
    kernel.textToUser(current, address + MTEXT, text) === text.length;
  return copied ? text.length : fail('EFAULT');
}

/** A message, taken from the queue or handed over, or -errno. */
function* receive(
  kernel: ModelKernel,
  current: Task,
  id: number,
  bytes: number,
  type: number,
  flags: number,
): Steps<Message | number> {
  for (;;) {
    yield PREEMPT;
    kernel.ledger.locks++;
    const queue = obtain(current.ipcNs.msg, id);
    if (typeof queue === 'number') return queue;
    if (!ipcperms(current, queue, 0o444)) return fail('EACCES');
    const message = pick(queue.messages.v, type);
    if (message !== null) {
      if (message.text.length > bytes) return fail('E2BIG');
      queue.messages.v = queue.messages.v.filter((other) => other !== message);
      queue.cbytes.v -= message.text.length;
      queue.lrpid.v = current.leader.thePid;
      queue.rtime.v = kernel.clock.v;
      return message;
    }
    if ((flags & IPC_NOWAIT) !== 0) return fail('ENOMSG');
    const receiver = sleepFor(current, queue, type, bytes);
    const changes = queue.changes.v;
    yield {
      until: () =>
        receiver.given.v !== null ||
        queue.deleted.v ||
        queue.changes.v !== changes ||
        current.sigpending.v,
      why: `msgrcv: queue ${id} has no message of type ${type}`,
    };
    const given = receiver.given.v;
    if (given !== null) return given;
    if (queue.deleted.v) return fail('EIDRM');
    queue.receivers.v = queue.receivers.v.filter((other) => other !== receiver);
    if (current.sigpending.v) return ERESTARTNOHAND;
  }
}

function sleepFor(current: Task, queue: Msg, type: number, bytes: number): Receiver {
  const receiver = allocate(() => new Receiver());
  receiver.task.v = current;
  receiver.type.v = type;
  receiver.bytes.v = bytes;
  queue.receivers.v = [...queue.receivers.v, receiver];
  return receiver;
}

/** testmsg() */
const isOfType = (message: Message, type: number): boolean =>
  type === 0 || (type > 0 ? message.type === type : message.type <= -type);

/** find_msg(): the first of any type, of one type, or of the lowest type up to -type. */
function pick(messages: readonly Message[], type: number): Message | null {
  let best: Message | null = null;
  for (const message of messages) {
    if (!isOfType(message, type)) continue;
    if (type >= 0) return message;
    if (best === null || message.type < best.type) best = message;
  }
  return best;
}
