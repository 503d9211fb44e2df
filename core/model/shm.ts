// SPDX-License-Identifier: MIT
/**
 * Shared memory, after ipc/shm.c of Linux 6.1: attach and detach record time and last pid; a
 * removed segment lives, keyless and marked, until its last detach. Left out: hugetlb, shmall,
 * fixed addresses, what attaching read-only forbids.
 */
import { allocate, type Cell, CellMap } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT, SHM_DEST, SHM_RDONLY } from '../kernel/flags.ts';
import type { Scalar } from '../kernel/memory.ts';
import { SHMID_DS } from '../kernel/memory.ts';
import {
  type IpcNamespace,
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
import { SHMMIN, SHMMNI } from './limits.ts';
import { pidNrNs } from './pid.ts';
import type { Task } from './task.ts';

export class Shm extends IpcPerm {
  readonly bytes = this.cell('segsz', 0);
  readonly atime = this.cell('atime', 0);
  readonly dtime = this.cell('dtime', 0);
  readonly ctime = this.cell('ctime', 0);
  readonly cpid: LastUser = this.cell('cpid', null);
  readonly lpid: LastUser = this.cell('lpid', null);
  readonly attaches = this.cell('nattch', 0);
  readonly contents = new CellMap<number, Scalar>(this, 'contents');
  /** Where it lives, which a task that left for another IPC namespace must find again. */
  readonly ns: Cell<IpcNamespace | null> = this.cell('ns', null);
}

const OPS: IpcOps<Shm> = {
  kind: 'shm',
  limit: SHMMNI,
  create(kernel, current, { size }) {
    if (size < SHMMIN || size > Number.MAX_SAFE_INTEGER) return fail('EINVAL');
    if (!kernel.allocates(current)) return fail('ENOMEM');
    const segment = allocate(() => new Shm());
    segment.bytes.v = size;
    segment.ctime.v = kernel.clock.v;
    segment.cpid.v = current.leader.thePid;
    segment.ns.v = current.ipcNs;
    return segment;
  },
  fits: (found, { size }) => (size > found.bytes.v ? fail('EINVAL') : 0),
};

export function doShmget(
  kernel: ModelKernel,
  current: Task,
  key: number,
  bytes: number,
  flags: number,
  want: Want | null,
): number {
  // size_t is unsigned: below 0 is more than there can be.
  const size = bytes < 0 ? Number.POSITIVE_INFINITY : bytes;
  return ipcget(kernel, current, current.ipcNs.shm, OPS, { key, flags, size }, want);
}

export function shmat(kernel: ModelKernel, current: Task, id: number, flags: number): number {
  kernel.ledger.locks++;
  const segment = obtain(current.ipcNs.shm, id);
  if (typeof segment === 'number') return segment;
  const access = (flags & SHM_RDONLY) !== 0 ? 0o444 : 0o666;
  if (!ipcperms(current, segment, access)) return fail('EACCES');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  opened(kernel, current, segment);
  return current.mm.attach(segment, segment.bytes.v);
}

/** shm_open(): attached, or inherited by a copy of the address space. */
export function opened(kernel: ModelKernel, current: Task, segment: Shm): void {
  segment.attaches.v += 1;
  segment.atime.v = kernel.clock.v;
  segment.lpid.v = current.leader.thePid;
}

export function shmdt(kernel: ModelKernel, current: Task, address: number): number {
  kernel.ledger.locks++;
  const segment = current.mm.detach(address);
  if (segment === null) return fail('EINVAL');
  closed(kernel, current, segment);
  return 0;
}

/** shm_close(): the last one to leave a removed segment destroys it. */
export function closed(kernel: ModelKernel, current: Task, segment: Shm): void {
  segment.attaches.v -= 1;
  segment.dtime.v = kernel.clock.v;
  segment.lpid.v = current.leader.thePid;
  const ns = segment.ns.v;
  if (ns !== null && segment.attaches.v === 0 && (segment.mode.v & SHM_DEST) !== 0) {
    removeId(ns.shm, segment);
  }
}

export function doShmctl(
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
      const ids = current.ipcNs.shm;
      const segment = obtainOwned(current, ids, id);
      if (typeof segment === 'number') return segment;
      if (segment.attaches.v === 0) {
        removeId(ids, segment);
      } else {
        if (segment.key.v !== IPC_PRIVATE) ids.keys.delete(segment.key.v);
        segment.key.v = IPC_PRIVATE;
        segment.mode.v |= SHM_DEST;
      }
      return 0;
    }
    case IPC_SET:
      return setSegment(kernel, current, id, address, want);
    case IPC_STAT:
      return statSegment(kernel, current, id, address);
    default:
      return fail('EINVAL');
  }
}

function* setSegment(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
  want: Want | null,
): Steps<number> {
  const set = kernel.structFromUser(current, address, SHMID_DS);
  if (set === null) return fail('EFAULT');
  yield PREEMPT;
  kernel.ledger.locks++;
  const segment = obtainOwned(current, current.ipcNs.shm, id);
  if (typeof segment === 'number') return segment;
  const refused = want === null ? 0 : refuseState(current, want, 5, (index) => index < 2);
  if (refused !== 0) return refused;
  const [cpid = 0, lpid = 0, atime = 0, dtime = 0, ctime = 0] = want?.values ?? [];
  const users = lastUsers(kernel, current, [cpid, lpid]);
  if (typeof users === 'number') return users;
  const error = updatePerm(segment, set);
  if (error !== 0) return error;
  segment.ctime.v = kernel.clock.v;
  if (want !== null) {
    [segment.cpid.v = null, segment.lpid.v = null] = users;
    segment.atime.v = atime;
    segment.dtime.v = dtime;
    segment.ctime.v = ctime;
  }
  return 0;
}

function* statSegment(
  kernel: ModelKernel,
  current: Task,
  id: number,
  address: number,
): Steps<number> {
  kernel.ledger.locks++;
  const segment = obtain(current.ipcNs.shm, id);
  if (typeof segment === 'number') return segment;
  if (!ipcperms(current, segment, 0o444)) return fail('EACCES');
  const ns = current.activePidNs;
  const stat = {
    ...permStat(segment),
    segsz: segment.bytes.v,
    atime: segment.atime.v,
    dtime: segment.dtime.v,
    ctime: segment.ctime.v,
    cpid: pidNrNs(segment.cpid.v, ns),
    lpid: pidNrNs(segment.lpid.v, ns),
    nattch: segment.attaches.v,
  };
  yield PREEMPT;
  return kernel.structToUser(current, address, SHMID_DS, stat) ? 0 : fail('EFAULT');
}
