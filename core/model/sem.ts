// SPDX-License-Identifier: MIT
/**
 * Semaphore sets, after ipc/sem.c of Linux 6.1: every semaphore of a completed semop gets the
 * caller as its last pid, zero-waits included; so do SETVAL and SETALL. What sleeps is completed by
 * whoever makes it possible, in order of arrival, zero-waits first (do_smart_update()). Left out:
 * SEM_UNDO (refused with EINVAL), semtimedop, GETNCNT and GETZCNT.
 */
import { allocate, type Cell, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import {
  GETALL,
  GETPID,
  GETVAL,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SETALL,
  SETVAL,
} from '../kernel/flags.ts';
import { SEMBUF_BYTES, SEMID_DS } from '../kernel/memory.ts';
import {
  type IpcOps,
  IpcPerm,
  ipcget,
  ipcperms,
  lastUsers,
  obtain,
  obtainOwned,
  permStat,
  refuseState,
  removeId,
  updatePerm,
} from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { SEMMNI, SEMMSL, SEMOPM, SEMVMX } from './limits.ts';
import { type Pid, pidNrNs } from './pid.ts';
import type { Task } from './task.ts';

/** struct sem_queue: operations that sleep. */
class Sleeper extends Struct {
  readonly operations: Cell<readonly SemOp[]> = this.cell('sops', []);
  readonly pid: Cell<Pid | null> = this.cell('pid', null);
  /** Its result, once it has one. */
  readonly status: Cell<number | null> = this.cell('status', null);
}

export class Sem extends IpcPerm {
  readonly otime = this.cell('otime', 0);
  readonly ctime = this.cell('ctime', 0);
  readonly values: Cell<readonly number[]> = this.cell('values', []);
  readonly pids: Cell<readonly (Pid | null)[]> = this.cell('pids', []);
  readonly sleepers: Cell<readonly Sleeper[]> = this.cell('sleepers', []);
}

const OPS: IpcOps<Sem> = {
  kind: 'sem',
  limit: SEMMNI,
  create(kernel, current, { size }) {
    if (size === 0) return fail('EINVAL');
    if (!kernel.allocates(current)) return fail('ENOMEM');
    const set = allocate(() => new Sem());
    set.ctime.v = kernel.clock.v;
    set.values.v = Array<number>(size).fill(0);
    set.pids.v = Array<Pid | null>(size).fill(null);
    return set;
  },
  fits: (found, { size }) => (size > found.values.v.length ? fail('EINVAL') : 0),
};

export function doSemget(
  kernel: ModelKernel,
  current: Task,
  key: number,
  nsems: number,
  flags: number,
  want: Want | null,
): number {
  if (nsems < 0 || nsems > SEMMSL) return fail('EINVAL');
  return ipcget(kernel, current, current.ipcNs.sem, OPS, { key, flags, size: nsems }, want);
}

interface SemOp {
  readonly num: number;
  readonly op: number;
  readonly flags: number;
}

export function* semop(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  nsops: number,
): Steps<number> {
  // nsops is unsigned; do_semtimedop() counts and copies before it looks at the id.
  if (nsops < 0 || nsops > SEMOPM) return fail('E2BIG');
  if (nsops === 0) return fail('EINVAL');
  const operations: SemOp[] = [];
  for (let n = 0; n < nsops; n++) {
    const read = kernel.copyFromUser(current, address + n * SEMBUF_BYTES, 2, 3, 'call');
    if (read === null) return fail('EFAULT');
    const [num = 0, op = 0, flags = 0] = read;
    if ((flags & ~IPC_NOWAIT) !== 0) return fail('EINVAL');
    // struct sembuf: an unsigned and a signed short.
    operations.push({ num: num & 0xffff, op: (op << 16) >> 16, flags });
  }
  yield PREEMPT;
  kernel.ledger.locks++;
  const set = obtain(current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  if (operations.some(({ num }) => num >= set.values.v.length)) return fail('EFBIG');
  if (!ipcperms(current, set, operations.some(alters) ? 0o222 : 0o444)) return fail('EACCES');
  const done = attempt(set.values.v, operations);
  if (typeof done === 'number') return done;
  if ('values' in done) {
    complete(kernel, set, operations, done.values, current.leader.thePid);
    updateSleepers(kernel, set);
    return 0;
  }
  if ((done.waitsFor.flags & IPC_NOWAIT) !== 0) return fail('EAGAIN');
  const sleeper = allocate(() => new Sleeper());
  sleeper.operations.v = operations;
  sleeper.pid.v = current.leader.thePid;
  set.sleepers.v = [...set.sleepers.v, sleeper];
  yield {
    until: () => sleeper.status.v !== null || set.deleted.v || current.sigpending.v,
    why: `semop: semaphore ${done.waitsFor.num} of set ${id}`,
  };
  if (sleeper.status.v !== null) return sleeper.status.v;
  if (set.deleted.v) return fail('EIDRM');
  set.sleepers.v = set.sleepers.v.filter((other) => other !== sleeper);
  return fail('EINTR');
}

const alters = ({ op }: SemOp): boolean => op !== 0;

function complete(
  kernel: ModelKernel,
  set: Sem,
  operations: readonly SemOp[],
  values: readonly number[],
  by: Pid | null,
): void {
  set.values.v = values;
  set.pids.v = set.pids.v.map((pid, num) =>
    operations.some((operation) => operation.num === num) ? by : pid,
  );
  set.otime.v = kernel.clock.v;
}

/** do_smart_update(): who waits for zero, then the others from the first on, until none can go. */
function updateSleepers(kernel: ModelKernel, set: Sem): void {
  for (;;) {
    const waiting = set.sleepers.v;
    const inOrder = [
      ...waiting.filter((sleeper) => !sleeper.operations.v.some(alters)),
      ...waiting.filter((sleeper) => sleeper.operations.v.some(alters)),
    ];
    if (!inOrder.some((sleeper) => awaken(kernel, set, sleeper))) return;
  }
}

/** True if the sleeper has its result. */
function awaken(kernel: ModelKernel, set: Sem, sleeper: Sleeper): boolean {
  const operations = sleeper.operations.v;
  const tried = attempt(set.values.v, operations);
  if (typeof tried === 'number') {
    sleeper.status.v = tried;
  } else if ('values' in tried) {
    sleeper.status.v = 0;
    complete(kernel, set, operations, tried.values, sleeper.pid.v);
  } else if ((tried.waitsFor.flags & IPC_NOWAIT) !== 0) {
    // Another operation's turn to wait, and that one would not.
    sleeper.status.v = fail('EAGAIN');
  } else {
    return false;
  }
  set.sleepers.v = set.sleepers.v.filter((other) => other !== sleeper);
  return true;
}

type Tried = { readonly values: readonly number[] } | { readonly waitsFor: SemOp } | number;

/** perform_atomic_semop(): all operations, or the first that has to wait, or -errno. */
function attempt(before: readonly number[], operations: readonly SemOp[]): Tried {
  const values = [...before];
  for (const operation of operations) {
    const value = values[operation.num] ?? 0;
    if (operation.op === 0 ? value !== 0 : value + operation.op < 0) {
      return { waitsFor: operation };
    }
    if (value + operation.op > SEMVMX) return fail('ERANGE');
    values[operation.num] = value + operation.op;
  }
  return { values };
}

export function doSemctl(
  kernel: ModelKernel,
  current: Task,
  id: number,
  semnum: number,
  command: number,
  argument: number,
  want: Want | null,
): Steps<number> | number {
  if (id < 0 || command < 0) return fail('EINVAL');
  switch (command) {
    case IPC_RMID: {
      kernel.ledger.locks++;
      const set = obtainOwned(current, current.ipcNs.sem, id);
      if (typeof set === 'number') return set;
      removeId(current.ipcNs.sem, set);
      return 0;
    }
    case IPC_SET:
      return setSet(kernel, current, id, argument, want);
    case IPC_STAT:
      return statSet(kernel, current, id, argument);
    case GETALL:
      return getAll(kernel, current, id, argument);
    case SETALL:
      return setAll(kernel, current, id, argument);
    case GETVAL:
    case GETPID:
    case SETVAL:
      return one(kernel, current, id, semnum, command, argument);
    default:
      return fail('EINVAL');
  }
}

function one(
  kernel: ModelKernel,
  current: Task,
  id: number,
  semnum: number,
  command: number,
  argument: number,
): number {
  kernel.ledger.locks++;
  // semctl_setval() looks at the value before it looks for the set.
  const isTooMuch = command === SETVAL && (argument < 0 || argument > SEMVMX);
  if (isTooMuch && id >= 0) return fail('ERANGE');
  const set = obtain(current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  const value = set.values.v[semnum];
  if (command === SETVAL) {
    if (value === undefined) return fail('EINVAL');
    if (!ipcperms(current, set, 0o222)) return fail('EACCES');
    set.values.v = set.values.v.with(semnum, argument);
    set.pids.v = set.pids.v.with(semnum, current.leader.thePid);
    set.ctime.v = kernel.clock.v;
    updateSleepers(kernel, set);
    return 0;
  }
  if (!ipcperms(current, set, 0o444)) return fail('EACCES');
  if (value === undefined) return fail('EINVAL');
  if (command === GETVAL) return value;
  return pidNrNs(set.pids.v[semnum] ?? null, current.activePidNs);
}

function* getAll(kernel: ModelKernel, current: Task, id: number, address: number): Steps<number> {
  kernel.ledger.locks++;
  const set = obtain(current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  if (!ipcperms(current, set, 0o444)) return fail('EACCES');
  const values = set.values.v;
  yield PREEMPT;
  return kernel.copyToUser(current, address, 2, values) ? 0 : fail('EFAULT');
}

function* setAll(kernel: ModelKernel, current: Task, id: number, address: number): Steps<number> {
  kernel.ledger.locks++;
  const set = obtain(current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  if (!ipcperms(current, set, 0o222)) return fail('EACCES');
  yield PREEMPT;
  const values = kernel.copyFromUser(current, address, 2, set.values.v.length, 'call');
  if (values === null) return fail('EFAULT');
  if (values.some((value) => value < 0 || value > SEMVMX)) return fail('ERANGE');
  yield PREEMPT;
  kernel.ledger.locks++;
  if (set.deleted.v) return fail('EIDRM');
  set.values.v = values;
  set.pids.v = values.map(() => current.leader.thePid);
  set.ctime.v = kernel.clock.v;
  updateSleepers(kernel, set);
  return 0;
}

function* setSet(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  want: Want | null,
): Steps<number> {
  const given = kernel.structFromUser(current, address, SEMID_DS);
  if (given === null) return fail('EFAULT');
  yield PREEMPT;
  kernel.ledger.locks++;
  const set = obtainOwned(current, current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  const nsems = set.values.v.length;
  const refused = want === null ? 0 : refuseState(current, want, 2 + nsems, (n) => n >= 2);
  if (refused !== 0) return refused;
  const [otime = 0, ctime = 0, ...numbers] = want?.values ?? [];
  const users = lastUsers(kernel, current, numbers);
  if (typeof users === 'number') return users;
  const error = updatePerm(set, given);
  if (error !== 0) return error;
  set.ctime.v = kernel.clock.v;
  if (want !== null) {
    set.otime.v = otime;
    set.ctime.v = ctime;
    set.pids.v = users;
  }
  return 0;
}

function* statSet(kernel: ModelKernel, current: Task, id: number, address: number): Steps<number> {
  kernel.ledger.locks++;
  const set = obtain(current.ipcNs.sem, id);
  if (typeof set === 'number') return set;
  if (!ipcperms(current, set, 0o444)) return fail('EACCES');
  const stat = {
    ...permStat(set),
    otime: set.otime.v,
    ctime: set.ctime.v,
    nsems: set.values.v.length,
  };
  yield PREEMPT;
  return kernel.structToUser(current, address, SEMID_DS, stat) ? 0 : fail('EFAULT');
}
