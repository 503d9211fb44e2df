// SPDX-License-Identifier: MIT
/**
 * What the three System V types share, after ipc/util.c of Linux 6.1: ipcget(), ipc_addid() with
 * ipc_idr_alloc(), ipcperms(), ipc_obtain_object_check(), ipcctl_obtain_check(), ipc_rmid().
 *
 * An id is seq * IPCMNI + index. Undirected ids cycle through a window of indices; seq goes up when
 * the index did not; next_id, which a file sets, comes before that. A directed id takes exactly its slot or fails, and moves neither cursor nor
 * seq. Each function runs under ids->rwsem and is part of one step.
 */
import { type Cell, CellMap, note, Struct } from '../explore/cell.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { CAP_IPC_OWNER, CAP_SYS_ADMIN, IPC_CREAT, IPC_EXCL, IPC_PRIVATE } from '../kernel/flags.ts';
import type { IpcKind } from '../kernel/strategy.ts';
import type { ModelKernel } from './kernel.ts';
import { INT_MAX, IPC_MIN_CYCLE, IPC_SEQ_MAX, IPCMNI, PID_MAX } from './limits.ts';
import type { Msg } from './msg.ts';
import { detachedPid, findPidNs, type Pid } from './pid.ts';
import type { Sem } from './sem.ts';
import type { Shm } from './shm.ts';
import { capable, type Task } from './task.ts';
import { mayChoose, refuseId } from './wanted.ts';

/** kern_ipc_perm: what every object has. */
export abstract class IpcPerm extends Struct {
  readonly id = this.cell('id', 0);
  readonly key = this.cell('key', 0);
  readonly uid = this.cell('uid', 0);
  readonly gid = this.cell('gid', 0);
  readonly cuid = this.cell('cuid', 0);
  readonly cgid = this.cell('cgid', 0);
  readonly mode = this.cell('mode', 0);
  readonly deleted = this.cell('deleted', false);
}

export class IpcIds<T extends IpcPerm> extends Struct {
  readonly slots = new CellMap<number, T>(this, 'slot');
  readonly keys = new CellMap<number, T>(this, 'key');
  readonly inUse = this.cell('in_use', 0);
  readonly seq = this.cell('seq', 0);
  readonly lastIndex = this.cell('last_idx', -1);
  readonly cursor = this.cell('idr_next', 0);
  /** The id that somebody wrote into the type's next_id, or -1. */
  readonly nextId = this.cell('next_id', -1);
}

export class IpcNamespace extends Struct {
  readonly msg = new IpcIds<Msg>();
  readonly sem = new IpcIds<Sem>();
  readonly shm = new IpcIds<Shm>();

  constructor() {
    super();
    for (const kind of ['msg', 'sem', 'shm'] as const) this[kind].name = `${kind}_ids`;
  }
}

/** struct ipc_params: what a get call asks. `size` is nsems or the bytes of a segment. */
export interface IpcParams {
  readonly key: number;
  readonly flags: number;
  readonly size: number;
}

/** struct ipc_ops: what the types do differently. */
export interface IpcOps<T extends IpcPerm> {
  readonly kind: IpcKind;
  /** Most objects in a namespace. */
  readonly limit: number;
  /** A new object, not yet to be found, or -errno. */
  create(kernel: ModelKernel, current: Task, params: IpcParams): T | number;
  /** 0, or -errno if the object of that key does not fit the call. */
  fits(found: T, params: IpcParams): number;
}

/** ipcget(): the id of an old or new object, or -errno. */
export function ipcget<T extends IpcPerm>(
  kernel: ModelKernel,
  current: Task,
  ids: IpcIds<T>,
  ops: IpcOps<T>,
  params: IpcParams,
  want: Want | null,
): number {
  const { key, flags } = params;
  kernel.ledger.locks++;
  if (want !== null) {
    const refused = refuseId(current, want);
    if (refused !== 0) return refused;
  }
  const found = key === IPC_PRIVATE ? undefined : ids.keys.get(key);
  if (found === undefined) {
    if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) return fail('ENOENT');
    const made = ops.create(kernel, current, params);
    return typeof made === 'number' ? made : addId(kernel, current, ids, ops, params, made, want);
  }
  // A directed call creates or fails: an object that exists has its id already.
  if (want !== null) return fail('EEXIST');
  if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) return fail('EEXIST');
  const unfit = ops.fits(found, params);
  if (unfit !== 0) return unfit;
  return ipcperms(current, found, flags) ? found.id.v : fail('EACCES');
}

function addId<T extends IpcPerm>(
  kernel: ModelKernel,
  current: Task,
  ids: IpcIds<T>,
  { kind, limit }: IpcOps<T>,
  { key, flags }: IpcParams,
  made: T,
  want: Want | null,
): number {
  const inUse = ids.inUse.v;
  if (inUse >= limit) return fail('ENOSPC');
  const wanted = want ?? kernel.askAllocator(current, kind);
  const refused = wanted === null || wanted === want ? 0 : refuseId(current, wanted);
  if (refused !== 0) return refused;
  const id = wanted === null ? allocId(ids, inUse, limit) : claimId(ids, wanted);
  if (id < 0) return id;
  const { euid, egid } = current.cred.v;
  made.id.v = id;
  made.key.v = key;
  made.mode.v = flags & 0o777;
  made.uid.v = euid;
  made.cuid.v = euid;
  made.gid.v = egid;
  made.cgid.v = egid;
  ids.slots.set(id % IPCMNI, made);
  if (key !== IPC_PRIVATE) ids.keys.set(key, made);
  ids.inUse.v = inUse + 1;
  note(CREATED[kind], id);
  return id;
}

const CREATED = { msg: 'create msg', sem: 'create sem', shm: 'create shm' } as const;

/**
 * ipc_idr_alloc(): next_id is taken and gone, whatever comes of it; where its index is in use, the
 * next free one does. It moves neither cursor nor seq.
 */
function allocId<T extends IpcPerm>(ids: IpcIds<T>, inUse: number, limit: number): number {
  const hint = ids.nextId.v;
  if (hint < 0) return cyclicId(ids, inUse, limit);
  ids.nextId.v = -1;
  const first = hint % IPCMNI;
  for (let index = first; index < IPCMNI; index++) {
    if (ids.slots.get(index) === undefined) return hint - first + index;
  }
  return fail('ENOSPC');
}

/** idr_alloc_cyclic() over a window that grows with the number in use. */
function cyclicId<T extends IpcPerm>(ids: IpcIds<T>, inUse: number, limit: number): number {
  const window = Math.min(Math.max(Math.trunc((inUse * 3) / 2), IPC_MIN_CYCLE), limit);
  const cursor = ids.cursor.v;
  for (let step = 0; step < window; step++) {
    const index = cursor < window ? (cursor + step) % window : step;
    if (ids.slots.get(index) !== undefined) continue;
    if (index <= ids.lastIndex.v) ids.seq.v = (ids.seq.v + 1) % IPC_SEQ_MAX;
    ids.lastIndex.v = index;
    ids.cursor.v = index + 1;
    return ids.seq.v * IPCMNI + index;
  }
  return fail('ENOSPC');
}

function claimId<T extends IpcPerm>(ids: IpcIds<T>, { values }: Want): number {
  const [id = 0] = values;
  return ids.slots.get(id % IPCMNI) === undefined ? id : fail('EEXIST');
}

/** ipcperms(): may the caller do what `flags` (as mode bits) ask? */
export function ipcperms(current: Task, object: IpcPerm, flags: number): boolean {
  const { euid, egid } = current.cred.v;
  const requested = (flags >> 6) | (flags >> 3) | flags;
  let granted = object.mode.v;
  if (euid === object.cuid.v || euid === object.uid.v) granted >>= 6;
  else if (egid === object.cgid.v || egid === object.gid.v) granted >>= 3;
  return (requested & ~granted & 0o7) === 0 || capable(current, CAP_IPC_OWNER);
}

/** ipc_obtain_object_check(): the object of an id, or -errno. */
export function obtain<T extends IpcPerm>(ids: IpcIds<T>, id: number): T | number {
  if (id < 0) return fail('EINVAL');
  const object = ids.slots.get(id % IPCMNI);
  return object === undefined || object.id.v !== id ? fail('EINVAL') : object;
}

/** ipcctl_obtain_check(): as `obtain`, for IPC_SET and IPC_RMID, which are the owner's. */
export function obtainOwned<T extends IpcPerm>(
  current: Task,
  ids: IpcIds<T>,
  id: number,
): T | number {
  const object = obtain(ids, id);
  if (typeof object === 'number') return object;
  const { euid } = current.cred.v;
  if (euid === object.cuid.v || euid === object.uid.v) return object;
  return capable(current, CAP_SYS_ADMIN) ? object : fail('EPERM');
}

/** ipc_rmid(). */
export function removeId<T extends IpcPerm>(ids: IpcIds<T>, object: T): void {
  const key = object.key.v;
  ids.slots.delete(object.id.v % IPCMNI);
  if (key !== IPC_PRIVATE) ids.keys.delete(key);
  ids.inUse.v -= 1;
  object.deleted.v = true;
}

/**
 * What the patches of January 2008 add: an object that exists gets another id. That must be an id,
 * and its slot free; whoever may change the object's permissions may do it, privileged or not.
 */
export function changeId(
  kernel: ModelKernel,
  current: Task,
  kind: IpcKind,
  id: number,
  newId: number,
): number {
  kernel.ledger.locks++;
  const ids: IpcIds<IpcPerm> = current.ipcNs[kind];
  const object = obtainOwned(current, ids, id);
  if (typeof object === 'number') return object;
  if (!Number.isInteger(newId) || newId < 0 || newId > INT_MAX) return fail('EINVAL');
  const slot = newId % IPCMNI;
  const holder = ids.slots.get(slot);
  if (holder !== undefined && holder !== object) return fail('EBUSY');
  ids.slots.delete(id % IPCMNI);
  ids.slots.set(slot, object);
  object.id.v = newId;
  note('change id', newId);
  return 0;
}

/** What IPC_SET may change of every object; 0 or -errno. (uid_t)-1 is nobody. */
export function updatePerm(
  object: IpcPerm,
  set: { readonly uid: number; readonly gid: number; readonly mode: number },
): number {
  if (set.uid === 0xffffffff || set.gid === 0xffffffff) return fail('EINVAL');
  object.uid.v = set.uid;
  object.gid.v = set.gid;
  object.mode.v = (object.mode.v & ~0o777) | (set.mode & 0o777);
  return 0;
}

/** 0, or why a wanted state can't be had: not `count` values, no pid at `pids`, no privilege. */
export function refuseState(
  current: Task,
  want: Want,
  count: number,
  isPid: (index: number) => boolean,
): number {
  const { values } = want;
  if (values.length !== count) return fail('EINVAL');
  for (const [index, value] of values.entries()) {
    const limit = isPid(index) ? PID_MAX - 1 : Number.MAX_SAFE_INTEGER;
    if (!Number.isInteger(value) || value < 0 || value > limit) return fail('EINVAL');
  }
  return mayChoose(current, want) ? 0 : fail('EPERM');
}

/**
 * Structs pid to record as the last users of an object, or -ENOMEM: of living processes, or, where a
 * number is free because that process is dead, detached ones that show the same number.
 */
export function lastUsers(
  kernel: ModelKernel,
  current: Task,
  numbers: readonly number[],
): readonly (Pid | null)[] | number {
  const ns = current.activePidNs;
  const pids: (Pid | null)[] = [];
  for (const number of numbers) {
    const pid = number === 0 ? null : findPidNs(number, ns);
    if (number === 0 || pid !== null) {
      pids.push(pid);
      continue;
    }
    const detached = detachedPid(kernel, current, ns, number);
    if (detached === null) return fail('ENOMEM');
    pids.push(detached);
  }
  return pids;
}

/** The members of IPC_STAT that every type has. */
export function permStat(object: IpcPerm): Record<string, number> {
  return {
    key: object.key.v,
    uid: object.uid.v,
    gid: object.gid.v,
    cuid: object.cuid.v,
    cgid: object.cgid.v,
    mode: object.mode.v,
    seq: Math.floor(object.id.v / IPCMNI),
  };
}

/** A cell for a last user. */
export type LastUser = Cell<Pid | null>;
