// SPDX-License-Identifier: MIT
/**
 * Exit and wait, after kernel/exit.c and zap_pid_ns_processes() of Linux 6.1. A leader that exits
 * before its threads stays a zombie until the last is gone; children of the dead go to another
 * thread of their parent or to their namespace's init; the death of an init kills its namespace.
 * Left out: subreapers, ptrace, WUNTRACED and WCONTINUED, waiting by __WNOTHREAD.
 */
import { note } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { SA_NOCLDWAIT, SIG_IGN, SIGCHLD, SIGKILL, WALL, WCLONE, WNOHANG } from '../kernel/flags.ts';
import { isInit } from './fork.ts';
import type { ModelKernel } from './kernel.ts';
import { findPidNs, type PidNamespace, pidNrNs, putPid } from './pid.ts';
import { closed } from './shm.ts';
import { ERESTARTSYS, kill, nextThread, retarget, sendSignal } from './signal.ts';
import type { Signal, Task } from './task.ts';

/** do_group_exit(): every thread of the group goes, or this one alone where another execs. */
export function* exitGroup(kernel: ModelKernel, current: Task, status: number): Steps<number> {
  const { signal } = current;
  kernel.ledger.locks++;
  if (signal.groupExit.v === null && signal.execTask.v !== null) {
    return yield* doExit(kernel, current, 0);
  }
  signal.groupExit.v ??= status;
  for (const thread of signal.threads) if (thread !== current) kill(thread);
  yield PREEMPT;
  return yield* doExit(kernel, current, status);
}

/** do_exit(): this thread goes. `status` is in wait4's format. */
export function* doExit(kernel: ModelKernel, current: Task, status: number): Steps<number> {
  const { signal } = current;
  const ns = current.activePidNs;
  synchronizeGroupExit(current, status);
  exitSignals(current);
  current.exitCode.v = signal.groupExit.v ?? status;
  exitMm(kernel, current);
  current.files.release();
  yield PREEMPT;
  kernel.ledger.locks++;
  signal.liveThreads.v -= 1;
  const lastOfInit = signal.liveThreads.v === 0 && isInit(signal);
  if (lastOfInit) {
    ns.adding.v = false;
    // For children to go at once. It stays so for whoever shares the table, even a parent outside.
    const { sighand } = current;
    sighand.set(SIGCHLD, { ...sighand.action(SIGCHLD), handler: SIG_IGN });
    killOthers(ns, signal);
    yield PREEMPT;
    yield* reapNamespace(kernel, current, ns);
  }
  exitNotify(kernel, current);
  note('exits', current.exitCode.v);
  return 0;
}

/** synchronize_group_exit(): whoever goes last takes the group with it, and by its own status. */
function synchronizeGroupExit(current: Task, status: number): void {
  const { signal } = current;
  if (signal.groupExit.v !== null) return;
  for (const thread of signal.threads) if (thread !== current && !thread.isExiting.v) return;
  signal.groupExit.v = status;
}

/** exit_signals(): what this thread would have taken is left to the others. */
function exitSignals(current: Task): void {
  const isLast = nextThread(current) === current || current.signal.groupExit.v !== null;
  current.isExiting.v = true;
  if (!isLast && current.sigpending.v) retarget(current, ~current.blocked.v);
}

/** mmput(): the last user takes its segments along. */
export function exitMm(kernel: ModelKernel, current: Task): void {
  const { mm } = current;
  kernel.ledger.locks++;
  current.wasDumpable.v = mm.dumpable.v;
  mm.users.v -= 1;
  if (mm.users.v > 0) return;
  for (const segment of mm.attachments()) closed(kernel, current, segment);
}

function killOthers(ns: PidNamespace, signal: Signal): void {
  for (const task of ns.tasks) if (task.signal !== signal) sendSignal(task, SIGKILL, true, true);
  for (const below of ns.below) killOthers(below, signal);
}

/**
 * An init waits until its namespace has no numbers but its own. A number is also held by a group or
 * session: an init that has joined another's group holds that itself, and waits for ever.
 */
function* reapNamespace(kernel: ModelKernel, current: Task, ns: PidNamespace): Steps<void> {
  const { signal } = current;
  for (;;) {
    kernel.ledger.locks++;
    for (const child of signal.children) if (isZombie(child)) release(kernel, child);
    const own = current === current.leader ? 1 : 2;
    const others = () => ns.allocated.v > own;
    if (!others()) return;
    const zombie = () => [...signal.children].some(isZombie);
    yield { until: () => zombie() || !others(), why: 'exit: init waits for its namespace' };
  }
}

/** Reparents, then becomes a zombie or goes at once. Under the task list lock. */
function exitNotify(kernel: ModelKernel, current: Task): void {
  const { signal, leader } = current;
  forgetChildren(kernel, current);
  if (current === leader) {
    current.exitState.v = 'zombie';
  } else {
    current.exitState.v = 'dead';
    releaseThread(current);
  }
  if (isZombie(signal)) notifyParent(kernel, signal);
}

/** forget_original_parent(): to a thread that lives on, or else to the reaper. */
function forgetChildren(kernel: ModelKernel, current: Task): void {
  const { signal } = current;
  const heir = aliveThread(signal);
  // The namespace's init, or where that is what dies, whoever is left above it.
  let reaper = current.activePidNs.childReaper.v;
  if (reaper === signal) reaper = current.activePidNs.parent.v?.childReaper.v ?? null;
  const adopter = reaper ?? kernel.init.signal;
  for (const child of signal.children) {
    if (child.realParent.v !== current) continue;
    signal.children.remove(child);
    if (heir !== null) {
      child.realParent.v = heir;
      signal.children.append(child);
      continue;
    }
    child.parent.v = adopter;
    child.exitSignal.v = SIGCHLD;
    child.realParent.v = aliveThread(adopter) ?? adopter.leader.v;
    adopter.children.append(child);
    if (isZombie(child)) notifyParent(kernel, child);
  }
}

/** find_alive_thread() */
function aliveThread(signal: Signal): Task | null {
  for (const thread of signal.threads) if (!thread.isExiting.v) return thread;
  return null;
}

/** do_notify_parent(). Where nobody will wait, the dead go at once. */
function notifyParent(kernel: ModelKernel, signal: Signal): void {
  const parent = signal.realParent.v;
  if (parent === null) return;
  let exitSignal = signal.exitSignal.v;
  // A parent that has become something else since does not know what it asked for.
  if (exitSignal !== SIGCHLD && signal.parentExecId.v !== parent.selfExecId.v) exitSignal = SIGCHLD;
  if (exitSignal === 0) return;
  const { handler, flags } = parent.sighand.action(exitSignal);
  if (exitSignal !== SIGCHLD || handler !== SIG_IGN) sendSignal(parent, exitSignal, true, false);
  if (exitSignal !== SIGCHLD) return;
  if (handler !== SIG_IGN && (flags & SA_NOCLDWAIT) === 0) return;
  release(kernel, signal);
  parent.signal.gone.v += 1;
}

/** do_wait(): the caller's children, then those of the other threads. */
function childrenOf(current: Task): Signal[] {
  const threads = [...current.signal.threads];
  const at = threads.indexOf(current);
  const children = [...current.signal.children];
  return [...threads.slice(at), ...threads.slice(0, at)].flatMap((thread) =>
    children.filter((child) => child.realParent.v === thread),
  );
}

/** A group whose leader is dead and whose other threads are gone: wait4 may have it. */
function isZombie(signal: Signal): boolean {
  const leader = signal.leader.v;
  return leader?.exitState.v === 'zombie' && nextThread(leader) === leader;
}

export function releaseThread(task: Task): void {
  const pid = task.thePid;
  const { signal } = task;
  if (signal.target.v === task) signal.target.v = nextThread(task);
  signal.threads.remove(task);
  task.sighand.users.v -= 1;
  task.activePidNs.tasks.remove(task);
  pid.task.v = null;
  putPid(pid);
}

/** release_task() of a leader: its number goes, unless a group or session still holds it. */
function release(kernel: ModelKernel, signal: Signal): void {
  const leader = signal.leader.v;
  if (leader === null) return;
  leader.exitState.v = 'dead';
  signal.parent.v?.children.remove(signal);
  kernel.detach(signal);
  leader.thePid.group.v = null;
  releaseThread(leader);
}

/** eligible_child(): who tells by another signal than SIGCHLD is waited for only if asked. */
function isEligible(child: Signal, options: number): boolean {
  if ((options & WALL) !== 0) return true;
  return (child.exitSignal.v !== SIGCHLD) === ((options & WCLONE) !== 0);
}

export function* wait4(
  kernel: ModelKernel,
  current: Task,
  pid: number,
  statusAddress: number,
  options: number,
): Steps<number> {
  if ((options & ~(WNOHANG | WALL | WCLONE)) !== 0) return fail('EINVAL');
  const { signal } = current;
  const ns = current.activePidNs;
  // find_get_pid(): whom a number means is settled here, also if groups change while we sleep.
  const ofGroup = pid <= 0;
  const wanted = pid === 0 ? signal.pgrp.v : findPidNs(Math.abs(pid), ns);
  const matches = (child: Signal) =>
    isEligible(child, options) &&
    (pid === -1 ||
      (wanted !== null && (ofGroup ? child.pgrp.v : child.leader.v?.pid.v) === wanted));
  const matching = () => childrenOf(current).filter(matches);
  for (;;) {
    kernel.ledger.locks++;
    const children = matching();
    if (children.length === 0) return fail('ECHILD');
    const dead = children.find(isZombie);
    if (dead !== undefined) {
      const number = pidNrNs(dead.leader.v?.pid.v ?? null, ns);
      const status = dead.groupExit.v ?? 0;
      release(kernel, dead);
      // Other threads that wait were woken by its death, and find it gone.
      signal.gone.v += 1;
      yield PREEMPT;
      if (statusAddress === 0) return number;
      return kernel.copyToUser(current, statusAddress, 4, [status]) ? number : fail('EFAULT');
    }
    if ((options & WNOHANG) !== 0) return 0;
    if (current.sigpending.v) return ERESTARTSYS;
    const gone = signal.gone.v;
    yield {
      until: () => current.sigpending.v || signal.gone.v !== gone || matching().some(isZombie),
      why: `wait4: child ${pid}`,
    };
  }
}

/** exit(2)'s argument in wait4's format. */
export const exitStatus = (code: number): number => (code & 0xff) << 8;
