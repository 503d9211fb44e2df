// SPDX-License-Identifier: MIT
/**
 * Exit and wait, after kernel/exit.c and zap_pid_ns_processes() of Linux 6.1. A leader that exits
 * before its threads stays a zombie until the last is gone; children of the dead go to their
 * namespace's init; the death of an init kills its namespace. Left out: subreapers, ptrace,
 * WUNTRACED and WCONTINUED, autoreaping by SIG_IGN.
 */
import { note } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { WNOHANG } from '../kernel/flags.ts';
import { isInit } from './fork.ts';
import type { ModelKernel } from './kernel.ts';
import { findPidNs, type PidNamespace, pidNrNs, putPid } from './pid.ts';
import { closed } from './shm.ts';
import type { Signal, Task } from './task.ts';

const SIGKILL = 9;

/** do_group_exit(): every thread of the group goes. */
export function* exitGroup(kernel: ModelKernel, current: Task, status: number): Steps<number> {
  const { signal } = current;
  kernel.ledger.locks++;
  signal.groupExit.v ??= status;
  for (const thread of signal.threads) if (thread !== current) thread.killed.v = true;
  yield PREEMPT;
  return yield* doExit(kernel, current, status);
}

/** do_exit(): this thread goes. `status` is in wait4's format. */
export function* doExit(kernel: ModelKernel, current: Task, status: number): Steps<number> {
  const { signal } = current;
  const ns = current.activePidNs;
  current.exitCode.v = signal.groupExit.v ?? status;
  exitMm(kernel, current);
  yield PREEMPT;
  kernel.ledger.locks++;
  signal.liveThreads.v -= 1;
  const lastOfInit = signal.liveThreads.v === 0 && isInit(signal);
  if (lastOfInit) {
    ns.adding.v = false;
    ns.killOthers(signal);
    yield PREEMPT;
    yield* reapNamespace(kernel, current, ns);
  }
  exitNotify(kernel, current);
  note('exits', current.exitCode.v);
  return 0;
}

function exitMm(kernel: ModelKernel, current: Task): void {
  const { mm } = current;
  kernel.ledger.locks++;
  mm.users.v -= 1;
  if (mm.users.v > 0) return;
  for (const segment of mm.attachments()) closed(kernel, current, segment);
}

/** An init waits until nobody else is left in its namespace. */
function* reapNamespace(kernel: ModelKernel, current: Task, ns: PidNamespace): Steps<void> {
  const { signal } = current;
  for (;;) {
    kernel.ledger.locks++;
    for (const child of signal.children) if (isZombie(child)) release(kernel, child);
    const others = () => ns.hasOthers(signal);
    if (!others()) return;
    const zombie = () => [...signal.children].some(isZombie);
    yield { until: () => zombie() || !others(), why: 'exit: init waits for its namespace' };
  }
}

/** Reparents, then becomes a zombie or goes at once. Under the task list lock. */
function exitNotify(kernel: ModelKernel, current: Task): void {
  const { signal, leader } = current;
  if (signal.liveThreads.v === 0) forgetChildren(kernel, current);
  else adopt(current);
  if (current !== leader) {
    current.exitState.v = 'dead';
    releaseThread(current);
    return;
  }
  current.exitState.v = 'zombie';
}

function forgetChildren(kernel: ModelKernel, current: Task): void {
  const { signal } = current;
  // The namespace's init, or where that is what dies, whoever is left above it.
  let reaper = current.activePidNs.childReaper.v;
  if (reaper === signal) reaper = current.activePidNs.parent.v?.childReaper.v ?? null;
  const heir = reaper ?? kernel.init.signal;
  for (const child of signal.children) {
    signal.children.remove(child);
    child.parent.v = heir;
    child.realParent.v = aliveThread(heir, current);
    heir.children.append(child);
  }
}

/** find_alive_thread(): the first but for who exits, so the leader as long as it can. */
function aliveThread({ threads }: Signal, current: Task): Task | null {
  for (const thread of threads) {
    if (thread !== current && thread.exitState.v === 'running') return thread;
  }
  return null;
}

/** The children of a thread that exits go to another of its group, behind those that it has. */
function adopt(current: Task): void {
  const { children } = current.signal;
  const heir = aliveThread(current.signal, current);
  for (const child of children) {
    if (child.realParent.v !== current) continue;
    children.remove(child);
    children.append(child);
    child.realParent.v = heir;
  }
}

/** do_wait(): a thread looks at its own children first, then at those of the threads after it. */
function byThread(current: Task, children: readonly Signal[]): Signal[] {
  const threads = [...current.signal.threads];
  const at = threads.indexOf(current);
  return [...threads.slice(at), ...threads.slice(0, at)].flatMap((thread) =>
    children.filter((child) => child.realParent.v === thread),
  );
}

/** A group whose leader is dead and whose other threads are gone: wait4 may have it. */
function isZombie(signal: Signal): boolean {
  return signal.leader.v?.exitState.v === 'zombie' && signal.liveThreads.v === 0;
}

function releaseThread(task: Task): void {
  const pid = task.thePid;
  task.signal.threads.remove(task);
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

export function* wait4(
  kernel: ModelKernel,
  current: Task,
  pid: number,
  statusAddress: number,
  options: number,
): Steps<number> {
  if ((options & ~WNOHANG) !== 0) return fail('EINVAL');
  const { signal } = current;
  const ns = current.activePidNs;
  // find_get_pid(): whom a number means is settled here, also if groups change while we sleep.
  const ofGroup = pid <= 0;
  const wanted = pid === 0 ? signal.pgrp.v : findPidNs(Math.abs(pid), ns);
  const matches = (child: Signal) =>
    pid === -1 || (wanted !== null && (ofGroup ? child.pgrp.v : child.leader.v?.pid.v) === wanted);
  for (;;) {
    kernel.ledger.locks++;
    const children = [...signal.children].filter(matches);
    if (children.length === 0) return fail('ECHILD');
    const dead = byThread(current, children).find(isZombie);
    if (dead !== undefined) {
      const number = pidNrNs(dead.leader.v?.pid.v ?? null, ns);
      const status = dead.leader.v?.exitCode.v ?? 0;
      release(kernel, dead);
      yield PREEMPT;
      if (statusAddress === 0) return number;
      return kernel.copyToUser(current, statusAddress, 4, [status]) ? number : fail('EFAULT');
    }
    if ((options & WNOHANG) !== 0) return 0;
    yield {
      until: () => current.killed.v || [...signal.children].filter(matches).some(isZombie),
      why: `wait4: child ${pid}`,
    };
    if (current.killed.v) return fail('EINTR');
  }
}

/** exit(2)'s argument in wait4's format. */
export const exitStatus = (code: number): number => (code & 0xff) << 8;

export const killedStatus = SIGKILL;
