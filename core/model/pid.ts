// SPDX-License-Identifier: MIT
/**
 * Pids and pid namespaces, after kernel/pid.c and kernel/pid_namespace.c of Linux 6.1: alloc_pid()
 * with set_tid, free_pid(), pid_nr_ns(), find_pid_ns(). A struct pid has a number in its namespace
 * and in every ancestor, and it is freed when nothing is attached to it any more, which keeps the
 * number of a dead leader taken as long as its group or session lives.
 */
import { allocate, type Cell, CellMap, Link, List, note, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import type { ModelKernel } from './kernel.ts';
import { PID_MAX, RESERVED_PIDS } from './limits.ts';
import type { Signal, Task } from './task.ts';

/** An IDR slot that is taken but not yet to be found. */
const RESERVED = 'reserved';

export class PidNamespace extends Struct {
  readonly parent: Cell<PidNamespace | null> = this.cell('parent', null);
  readonly level = this.cell('level', 0);
  readonly idr = new CellMap<number, Pid | typeof RESERVED>(this, 'pid');
  /** Where the next undirected search starts, though never below 1: idr_next. */
  readonly cursor = this.cell('cursor', 0);
  /** Init of this namespace, once it has been forked. */
  readonly childReaper: Cell<Signal | null> = this.cell('child_reaper', null);
  /** Numbers in use here; false in `adding` once init is dead. */
  readonly allocated = this.cell('pid_allocated', 0);
  readonly adding = this.cell('adding', true);
  readonly tasks = new List<Task>(this, 'tasks', (task) => task.inNamespace);
  /** Every namespace ever made below; those whose init is dead are empty. */
  readonly below = new List<PidNamespace>(this, 'below', (ns) => ns.beside);
  readonly beside = new Link<PidNamespace>(this, 'beside');
}

const inPgrp = (signal: Signal): Link<Signal> => signal.inPgrp;
const inSession = (signal: Signal): Link<Signal> => signal.inSession;

export class Pid extends Struct {
  readonly ns: Cell<PidNamespace | null> = this.cell('ns', null);
  /** Numbers by level, outermost first; 0 at a level where it is not visible. */
  readonly numbers: Cell<readonly number[]> = this.cell('numbers', []);
  readonly task: Cell<Task | null> = this.cell('task', null);
  readonly group: Cell<Signal | null> = this.cell('tgid', null);
  readonly pgrpMembers = new List<Signal>(this, 'pgrp', inPgrp);
  readonly sessionMembers = new List<Signal>(this, 'session', inSession);
}

/** The number of `pid` as `ns` sees it, 0 if it does not. */
export function pidNrNs(pid: Pid | null, ns: PidNamespace): number {
  if (pid === null) return 0;
  const level = ns.level.v;
  let own: PidNamespace | null = pid.ns.v;
  while (own !== null && own.level.v > level) own = own.parent.v;
  return own === ns ? (pid.numbers.v[level] ?? 0) : 0;
}

export function findPidNs(number: number, ns: PidNamespace): Pid | null {
  const found = ns.idr.get(number);
  return found === undefined || found === RESERVED ? null : found;
}

/**
 * alloc_pid(): a struct pid with a number at each level, from the innermost out. `want` holds
 * numbers innermost first, and `claim` says which is taken for it in a namespace. The pid, or -errno; a
 * failure gives back what it took.
 */
export function* allocPid(
  kernel: ModelKernel,
  current: Task,
  ns: PidNamespace,
  want: Want | null,
  claim: (ns: PidNamespace, tid: number) => number,
): Steps<Pid | number> {
  const wanted = want?.values ?? [];
  const levels = ns.level.v;
  if (wanted.length > levels + 1 || (want !== null && wanted.length === 0)) return fail('EINVAL');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  const pid = allocate(() => new Pid());
  const taken: { at: PidNamespace; number: number }[] = [];
  let error = 0;
  for (let at: PidNamespace | null = ns, index = 0; at !== null; at = at.parent.v, index++) {
    yield PREEMPT;
    kernel.count('locks', 'allocation');
    const tid = wanted[index];
    const number = tid === undefined ? nextFree(at) : claim(at, tid);
    if (number < 0) {
      error = number;
      break;
    }
    at.idr.set(number, RESERVED);
    taken.push({ at, number });
  }
  if (error === 0) {
    yield PREEMPT;
    kernel.count('locks', 'allocation');
    if (!ns.adding.v) error = fail('ENOMEM');
  }
  if (error !== 0) {
    for (const { at, number } of taken) at.idr.delete(number);
    return error;
  }
  pid.ns.v = ns;
  pid.numbers.v = taken.map(({ number }) => number).reverse();
  for (const { at, number } of taken) {
    at.idr.set(number, pid);
    at.allocated.v += 1;
  }
  note('pid', taken.map(({ number }) => number).join(' '));
  return pid;
}

/** Range before privilege before occupancy, as alloc_pid() checks them. */
export function claimTid(ns: PidNamespace, tid: number, isPermitted: boolean): number {
  if (tid < 1 || tid >= PID_MAX) return fail('EINVAL');
  if (tid !== 1 && ns.childReaper.v === null) return fail('EINVAL');
  if (!isPermitted) return fail('EPERM');
  // The cursor stays: a directed number does not move the search for others.
  return ns.idr.get(tid) === undefined ? tid : fail('EEXIST');
}

/**
 * set_pidmap() of eclone, 2010: 0 is the kernel's choice, what early boot took is no choice once
 * the search has left it behind, and privilege was asked for before. A full namespace is EBUSY.
 */
export function setPidmap(ns: PidNamespace, tid: number): number {
  if (tid === 0) {
    const number = nextFree(ns);
    return number === fail('EAGAIN') ? fail('EBUSY') : number;
  }
  const lastPid = ns.cursor.v - 1;
  if (tid < 0 || tid >= PID_MAX) return fail('EINVAL');
  if (tid < RESERVED_PIDS && lastPid >= RESERVED_PIDS) return fail('EINVAL');
  return ns.idr.get(tid) === undefined ? tid : fail('EBUSY');
}

/** idr_alloc_cyclic(): onwards from the cursor, then once more from the lowest. */
function nextFree(ns: PidNamespace): number {
  const cursor = ns.cursor.v;
  const lowest = cursor > RESERVED_PIDS ? RESERVED_PIDS : 1;
  if (ns.allocated.v >= PID_MAX - lowest) return fail('EAGAIN');
  for (let number = Math.max(cursor, lowest); number < PID_MAX; number++) {
    if (ns.idr.get(number) === undefined) {
      ns.cursor.v = number + 1;
      return number;
    }
  }
  for (let number = lowest; number < cursor; number++) {
    if (ns.idr.get(number) === undefined) {
      ns.cursor.v = number + 1;
      return number;
    }
  }
  return fail('EAGAIN');
}

/** Gives the numbers back if nothing is attached any more. Under the task list lock. */
export function putPid(pid: Pid): void {
  if (pid.task.v !== null || pid.group.v !== null) return;
  if (!pid.pgrpMembers.empty || !pid.sessionMembers.empty) return;
  let ns = pid.ns.v;
  for (const number of [...pid.numbers.v].reverse()) {
    if (ns === null) return;
    ns.idr.delete(number);
    ns.allocated.v -= 1;
    ns = ns.parent.v;
  }
}

/**
 * A struct pid for a process that is gone, known only by its number in `ns`: what an IPC object
 * still shows as its last user. It is in no IDR, so the number stays free, and outer namespaces do
 * not see it, as its numbers there are not recorded anywhere. Null for want of memory.
 */
export function detachedPid(
  kernel: ModelKernel,
  current: Task,
  ns: PidNamespace,
  number: number,
): Pid | null {
  if (!kernel.allocates(current)) return null;
  const pid = allocate(() => new Pid());
  const level = ns.level.v;
  pid.ns.v = ns;
  pid.numbers.v = Array.from({ length: level + 1 }, (_, at) => (at === level ? number : 0));
  return pid;
}

/** create_pid_namespace(), or null for want of memory. */
export function childNamespaceOf(
  kernel: ModelKernel,
  current: Task,
  parent: PidNamespace,
): PidNamespace | null {
  if (!kernel.allocates(current)) return null;
  const ns = allocate(() => new PidNamespace());
  ns.parent.v = parent;
  ns.level.v = parent.level.v + 1;
  return ns;
}
