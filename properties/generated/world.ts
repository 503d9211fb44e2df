// SPDX-License-Identifier: MIT
/**
 * What a generated program must see: numbers and ids by rules that were written for it alone, from
 * proc(5), sysvipc(7), alloc_pid() and ipc_addid(), and share nothing with the model. One task acts
 * at a time, so there is one right answer to each call, plain ones included.
 */
import { fail } from '../../core/kernel/errno.ts';

export const OBJECTS = ['msg', 'sem', 'shm'] as const;
export type ObjectType = (typeof OBJECTS)[number];

const SLOTS = 32768;
const ID_MAX = 2147483647;
const PID_MAX = 4194304;
/** Undirected ids go round in so many slots, as long as few are in use. */
const CYCLE = 64;

interface Held {
  readonly id: number;
  readonly key: number;
  readonly byRoot: boolean;
}

/** Objects of one type in one IPC namespace. */
class Ids {
  private readonly slots = new Map<number, Held>();
  private cursor = 0;
  private last = -1;
  private seq = 0;

  /** What was made last of those that are there. */
  get newest(): number | null {
    return [...this.slots.values()].at(-1)?.id ?? null;
  }

  private named(key: number): Held | undefined {
    return key === 0 ? undefined : [...this.slots.values()].find((held) => held.key === key);
  }

  get(key: number, want: number | null, isRoot: boolean): number {
    if (want !== null && (want < 0 || want > ID_MAX)) return fail('EINVAL');
    if (want !== null && !isRoot) return fail('EPERM');
    const found = this.named(key);
    if (found !== undefined && want !== null) return fail('EEXIST');
    // Keys are made with mode 0600: who is not root may not have what root made.
    if (found !== undefined) return isRoot || !found.byRoot ? found.id : fail('EACCES');
    if (want !== null && this.slots.has(want % SLOTS)) return fail('EEXIST');
    const id = want ?? this.next();
    this.slots.set(id % SLOTS, { id, key, byRoot: isRoot });
    return id;
  }

  private next(): number {
    const rising = Array.from({ length: CYCLE }, (_, n) => (this.cursor + n) % CYCLE);
    const index = rising.find((slot) => !this.slots.has(slot)) ?? 0;
    if (index <= this.last) this.seq++;
    this.last = index;
    this.cursor = index + 1;
    return this.seq * SLOTS + index;
  }

  /** May this task change or remove it? 0, or why not. */
  owned(id: number, isRoot: boolean): number {
    const held = this.slots.get(id % SLOTS);
    if (held?.id !== id) return fail('EINVAL');
    return isRoot || !held.byRoot ? 0 : fail('EPERM');
  }

  remove(id: number): void {
    this.slots.delete(id % SLOTS);
  }
}

type IpcNs = Readonly<Record<ObjectType, Ids>>;

class PidNs {
  readonly parent: PidNs | null;
  readonly level: number;
  readonly taken = new Set<number>();
  readonly members: TaskInWorld[] = [];
  readonly below: PidNs[] = [];
  cursor = 1;
  /** Null before the first task, which is its init; its init's end is its own. */
  init: TaskInWorld | null = null;
  isDead = false;

  constructor(parent: PidNs | null) {
    this.parent = parent;
    this.level = parent === null ? 0 : parent.level + 1;
    parent?.below.push(this);
  }

  next(): number {
    let number = this.cursor;
    while (this.taken.has(number)) number++;
    this.cursor = number + 1;
    return number;
  }

  claim(number: number, isRoot: boolean): number {
    if (number < 1 || number >= PID_MAX) return fail('EINVAL');
    if (number !== 1 && this.init === null) return fail('EINVAL');
    if (!isRoot) return fail('EPERM');
    return this.taken.has(number) ? fail('EEXIST') : number;
  }
}

/** A task, or one that is dead and not waited for. */
export interface TaskInWorld {
  readonly pidNs: PidNs;
  childrenNs: PidNs;
  ipcNs: IpcNs;
  isRoot: boolean;
  /** Its numbers, innermost first. */
  readonly numbers: readonly number[];
}

export const INTO = ['same', 'pid', 'ipc'] as const;
/** Whether a fork also makes a new namespace. */
export type Into = (typeof INTO)[number];

const newIpcNs = (): IpcNs => ({ msg: new Ids(), sem: new Ids(), shm: new Ids() });

/** The first task. */
export function firstTask(): TaskInWorld {
  const pidNs = new PidNs(null);
  const task = { pidNs, childrenNs: pidNs, ipcNs: newIpcNs(), isRoot: true, numbers: [1] };
  pidNs.taken.add(1);
  pidNs.cursor = 2;
  pidNs.init = task;
  return task;
}

export function unshared(task: TaskInWorld, what: 'pid' | 'ipc'): number {
  if (!task.isRoot) return fail('EPERM');
  if (what === 'ipc') {
    task.ipcNs = newIpcNs();
    return 0;
  }
  if (task.childrenNs !== task.pidNs) return fail('EINVAL');
  task.childrenNs = new PidNs(task.pidNs);
  return 0;
}

/** A child of `task`, or why there is none. */
export function forked(
  task: TaskInWorld,
  into: Into,
  want: readonly number[] | null,
): TaskInWorld | number {
  if (into !== 'same' && !task.isRoot) return fail('EPERM');
  if (into === 'pid' && task.childrenNs !== task.pidNs) return fail('EINVAL');
  const ns = into === 'pid' ? new PidNs(task.childrenNs) : task.childrenNs;
  const numbers = allocated(ns, want, task.isRoot);
  if (typeof numbers === 'number') return numbers;
  const ipcNs = into === 'ipc' ? newIpcNs() : task.ipcNs;
  const child = { pidNs: ns, childrenNs: ns, ipcNs, isRoot: task.isRoot, numbers };
  ns.init ??= child;
  ns.members.push(child);
  return child;
}

/** Another thread of `task`: for numbers, a child that is in no namespace of its own. */
export function threadOf(task: TaskInWorld, want: readonly number[] | null): TaskInWorld | number {
  return task.childrenNs === task.pidNs ? forked(task, 'same', want) : fail('EINVAL');
}

/** alloc_pid(): numbers from the innermost level out; where one can't be had, none is. */
function allocated(ns: PidNs, want: readonly number[] | null, isRoot: boolean): number[] | number {
  if (want !== null && want.length > ns.level + 1) return fail('EINVAL');
  const numbers: number[] = [];
  let at: PidNs | null = ns;
  let error = 0;
  for (; at !== null && error === 0; at = at.parent) {
    const wanted: number | undefined = want?.[numbers.length];
    const number: number = wanted === undefined ? at.next() : at.claim(wanted, isRoot);
    if (number < 0) error = number;
    else numbers.push(number);
  }
  // A cursor that moved stays where it is.
  if (error === 0 && ns.isDead) error = fail('ENOMEM');
  if (error !== 0) return error;
  for (const [level, owner] of upwards(ns).entries()) owner.taken.add(numbers[level] ?? 0);
  return numbers;
}

const upwards = (ns: PidNs): PidNs[] => (ns.parent === null ? [ns] : [ns, ...upwards(ns.parent)]);

/** What the caller of fork is told: the child's number where the caller lives. */
export const numberSeenBy = (task: TaskInWorld, child: TaskInWorld): number =>
  child.numbers[child.pidNs.level - task.pidNs.level] ?? 0;

/** The end of a task; an init takes its namespace with it. */
export function exited(task: TaskInWorld): void {
  const { pidNs } = task;
  if (pidNs.init !== task) return;
  pidNs.isDead = true;
  for (const other of everybodyIn(pidNs)) if (other !== task) reaped(other);
}

const everybodyIn = (ns: PidNs): TaskInWorld[] => [
  ...ns.members,
  ...ns.below.flatMap((below) => everybodyIn(below)),
];

/** Nobody holds its numbers any more. */
export function reaped(task: TaskInWorld): void {
  const { members } = task.pidNs;
  const at = members.indexOf(task);
  if (at < 0) return;
  members.splice(at, 1);
  for (const [level, ns] of upwards(task.pidNs).entries())
    ns.taken.delete(task.numbers[level] ?? 0);
}
