// SPDX-License-Identifier: MIT
/**
 * Signals, after kernel/signal.c of Linux 6.1: who may send, who takes one, what becomes of it.
 * A handler is a program of its own; it runs as the task that took the signal, on top of whatever
 * that task did (kernel.ts). Left out: stopping and continuing, core dumps (such signals end a group
 * without one), real-time signals and their queues, siginfo, alternate stacks.
 */
import { type Cell, CellMap, note, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import {
  CAP_KILL,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGURG,
  SIGWINCH,
} from '../kernel/flags.ts';
import { SIGACTION } from '../kernel/memory.ts';
import { doExit, exitGroup } from './exit.ts';
import { isInit } from './fork.ts';
import type { ModelKernel } from './kernel.ts';
import { INT_MAX, NSIG, SIGSET_BYTES } from './limits.ts';
import { findPidNs, type PidNamespace, pidNrNs } from './pid.ts';
import { capable, type Signal, type Task } from './task.ts';

/** A set of signals: bit n-1 stands for signal n. Signals above 31 are not in any. */
export type SignalSet = number;

const setOf = (...signals: readonly number[]): SignalSet =>
  signals.reduce((set, signal) => set | bit(signal), 0);
const bit = (signal: number): SignalSet => (signal <= 31 ? 1 << (signal - 1) : 0);
const has = (set: SignalSet, signal: number): boolean => (set & bit(signal)) !== 0;

/** Never blocked, ignored or handled. */
const KERNEL_ONLY = setOf(SIGKILL, SIGSTOP);
const IGNORED_BY_DEFAULT = setOf(SIGCHLD, SIGCONT, SIGURG, SIGWINCH);

/** struct k_sigaction, and the program that stands for its handler. */
export interface Action {
  readonly handler: number;
  readonly flags: number;
  readonly mask: SignalSet;
  readonly program: string;
}

const DEFAULT: Action = { handler: SIG_DFL, flags: 0, mask: 0, program: '' };

/** struct sighand_struct: actions, shared by CLONE_SIGHAND. */
export class Sighand extends Struct {
  private readonly actions = new CellMap<number, Action>(this, 'action');
  private readonly changed: Cell<readonly number[]> = this.cell('changed', []);
  /** Tasks that use it. */
  readonly users = this.cell('count', 0);

  action(signal: number): Action {
    return this.actions.get(signal) ?? DEFAULT;
  }

  set(signal: number, action: Action): void {
    if (!this.changed.v.includes(signal)) this.changed.v = [...this.changed.v, signal];
    this.actions.set(signal, action);
  }

  /** Signals with such a handler, for those who look from outside. */
  where(isSuch: (handler: number) => boolean): SignalSet {
    return setOf(...this.changed.v.filter((signal) => isSuch(this.action(signal).handler)));
  }

  copyInto(copy: Sighand): void {
    for (const signal of this.changed.v) copy.set(signal, this.action(signal));
  }

  /** flush_signal_handlers(): only what is ignored stays so. */
  flush(): void {
    for (const signal of this.changed.v) {
      const isIgnored = this.action(signal).handler === SIG_IGN;
      this.actions.set(signal, { ...DEFAULT, handler: isIgnored ? SIG_IGN : SIG_DFL });
    }
  }
}

const isValid = (signal: number): boolean => signal >= 0 && signal <= NSIG;

/** sig_handler_ignored() */
const isIgnoring = ({ handler }: Action, signal: number): boolean =>
  handler === SIG_IGN || (handler === SIG_DFL && has(IGNORED_BY_DEFAULT, signal));

/** sig_task_ignored(): `force` where the sender is outside of the task's pid namespace. */
function isIgnored(task: Task, signal: number, force: boolean): boolean {
  if (has(task.blocked.v, signal)) return false;
  const action = task.sighand.action(signal);
  const spared = isInit(task.signal) && !(force && has(KERNEL_ONLY, signal));
  return (spared && action.handler === SIG_DFL) || isIgnoring(action, signal);
}

/** send_signal_locked(): to a thread, or to whoever of its group takes it. */
export function sendSignal(task: Task, signal: number, toGroup: boolean, force: boolean): void {
  const { signal: group } = task;
  if (group.groupExit.v !== null && signal !== SIGKILL) return;
  if (isIgnored(task, signal, force)) return;
  const pending = toGroup ? group.sharedPending : task.pending;
  if (has(pending.v, signal)) return;
  pending.v |= bit(signal);
  note('signal', signal);
  completeSignal(task, signal, toGroup);
}

/** wants_signal() */
function wants(task: Task, signal: number): boolean {
  if (has(task.blocked.v, signal) || task.isExiting.v) return false;
  return signal === SIGKILL || !task.sigpending.v;
}

function completeSignal(task: Task, signal: number, toGroup: boolean): void {
  const taker = takerOf(task, signal, toGroup);
  if (taker === null) return;
  const { signal: group } = taker;
  // An init gets here if its leader blocks the signal and a thread does not. By 6.1's sources it
  // dies of it; 6.18 spares it, and is followed.
  const isSpared = isInit(group) && !has(KERNEL_ONLY, signal);
  const isDefault = task.sighand.action(signal).handler === SIG_DFL;
  const isFatal = isDefault && !isSpared && !has(IGNORED_BY_DEFAULT, signal);
  if (isFatal && group.groupExit.v === null) {
    // Who takes it does not matter: the group dies, all at once.
    group.groupExit.v = signal;
    for (const thread of group.threads) kill(thread);
  } else {
    taker.sigpending.v = true;
  }
}

/** A SIGKILL of a task's own. */
export function kill(task: Task): void {
  task.killed.v = true;
  task.sigpending.v = true;
}

function takerOf(task: Task, signal: number, toGroup: boolean): Task | null {
  if (wants(task, signal)) return task;
  if (!toGroup) return null;
  const { signal: group } = task;
  const first = group.target.v ?? task.leader;
  for (let thread = first; ; ) {
    if (wants(thread, signal)) {
      group.target.v = thread;
      return thread;
    }
    thread = nextThread(thread);
    if (thread === first) return null;
  }
}

export const nextThread = (task: Task): Task =>
  task.inGroup.next.v ?? task.signal.threads.head ?? task;

/** recalc_sigpending(): is anything pending that is not blocked? */
function recalculate(task: Task): void {
  const pending = task.pending.v | task.signal.sharedPending.v;
  task.sigpending.v = task.killed.v || (pending & ~task.blocked.v) !== 0;
}

/** __set_task_blocked(): who is left takes what this task does not any more. */
export function setBlocked(task: Task, set: SignalSet): void {
  if (task.sigpending.v) retarget(task, set & ~task.blocked.v);
  task.blocked.v = set;
  recalculate(task);
}

/** retarget_shared_pending() */
export function retarget(task: Task, which: SignalSet): void {
  let left = task.signal.sharedPending.v & which;
  if (left === 0) return;
  for (let other = nextThread(task); other !== task; other = nextThread(other)) {
    if (other.isExiting.v || (left & ~other.blocked.v) === 0) continue;
    left &= other.blocked.v;
    other.sigpending.v = true;
    if (left === 0) return;
  }
}

/** What a task is to run before it goes on in user mode. */
export interface Delivery {
  readonly signal: number;
  readonly action: Action;
}

/**
 * get_signal(): the next signal that has a handler; those that end the group do, the others
 * vanish. Null if nothing is left, or if the task is dead.
 */
export function* getSignal(kernel: ModelKernel, task: Task): Steps<Delivery | null> {
  kernel.ledger.locks++;
  for (;;) {
    if (task.killed.v) {
      yield* doExit(kernel, task, SIGKILL);
      return null;
    }
    const signal = dequeue(task);
    if (signal === 0) return null;
    const action = task.sighand.action(signal);
    if (action.handler === SIG_IGN) continue;
    if (action.handler !== SIG_DFL) {
      if ((action.flags & SA_RESETHAND) !== 0) {
        task.sighand.set(signal, { ...action, handler: SIG_DFL });
      }
      return { signal, action };
    }
    if (has(IGNORED_BY_DEFAULT, signal)) continue;
    if (isInit(task.signal) && !has(KERNEL_ONLY, signal)) continue;
    yield* exitGroup(kernel, task, signal);
    return null;
  }
}

/** dequeue_signal(): the lowest, a thread's own before its group's. */
function dequeue(task: Task): number {
  const shared = task.signal.sharedPending;
  for (const pending of [task.pending, shared]) {
    const set = pending.v & ~task.blocked.v;
    if (set === 0) continue;
    const signal = 32 - Math.clz32(set & -set);
    pending.v &= ~bit(signal);
    recalculate(task);
    return signal;
  }
  recalculate(task);
  return 0;
}

/** What is blocked while a handler runs. */
export const blockedIn = (task: Task, { signal, action }: Delivery): SignalSet =>
  task.blocked.v | action.mask | ((action.flags & SA_NODEFER) !== 0 ? 0 : bit(signal));

/** kill_ok_by_cred() and the rest of check_kill_permission(), for a signal that is valid. */
function mayKill(current: Task, target: Task, signal: number): boolean {
  if (current.signal === target.signal) return true;
  const [mine, theirs] = [current.cred.v, target.cred.v];
  const isTheirs = (id: number) => id === theirs.uid || id === theirs.suid;
  if (isTheirs(mine.euid) || isTheirs(mine.uid) || capable(current, CAP_KILL)) return true;
  return signal === SIGCONT && current.signal.session.v === target.signal.session.v;
}

/** group_send_sig_info(), and do_send_specific() for a thread: 0 or -errno. */
function send(current: Task, target: Task, signal: number, toGroup: boolean): number {
  if (!isValid(signal)) return fail('EINVAL');
  if (!mayKill(current, target, signal)) return fail('EPERM');
  // Whoever can't see the sender is told by an ancestor, and has to listen.
  const force = pidNrNs(current.pid.v, target.activePidNs) === 0;
  if (signal !== 0 && target.exitState.v !== 'dead') sendSignal(target, signal, toGroup, force);
  return 0;
}

export function sysKill(kernel: ModelKernel, current: Task, pid: number, signal: number): number {
  kernel.ledger.locks++;
  const ns = current.activePidNs;
  if (pid > 0) {
    const target = findPidNs(pid, ns)?.task.v ?? null;
    return target === null ? fail('ESRCH') : send(current, target, signal, true);
  }
  if (pid < -INT_MAX) return fail('ESRCH');
  if (pid === -1) return killAll(current, ns, signal);
  const group = pid === 0 ? current.signal.pgrp.v : findPidNs(-pid, ns);
  let result = fail('ESRCH');
  for (const member of group?.pgrpMembers ?? []) {
    const sent = sendToGroup(current, member, signal);
    if (result !== 0) result = sent;
  }
  return result;
}

function sendToGroup(current: Task, group: Signal, signal: number): number {
  const leader = group.leader.v;
  return leader === null ? fail('ESRCH') : send(current, leader, signal, true);
}

/** kill(-1): everybody that the caller sees, but itself and init. */
function killAll(current: Task, ns: PidNamespace, signal: number): number {
  let count = 0;
  let result = 0;
  for (const group of groupsIn(ns)) {
    if (group === current.signal || pidNrNs(group.leader.v?.pid.v ?? null, ns) <= 1) continue;
    count++;
    const sent = sendToGroup(current, group, signal);
    if (sent !== fail('EPERM')) result = sent;
  }
  return count === 0 ? fail('ESRCH') : result;
}

/** Thread groups of a namespace and those below, zombies included. */
function* groupsIn(ns: PidNamespace): Generator<Signal> {
  for (const task of ns.tasks) if (task.leader === task) yield task.signal;
  for (const below of ns.below) yield* groupsIn(below);
}

export function tgkill(
  kernel: ModelKernel,
  current: Task,
  tgid: number,
  tid: number,
  signal: number,
): number {
  if (tgid <= 0 || tid <= 0) return fail('EINVAL');
  kernel.ledger.locks++;
  const target = findPidNs(tid, current.activePidNs)?.task.v ?? null;
  if (target === null) return fail('ESRCH');
  if (pidNrNs(target.leader.pid.v, current.activePidNs) !== tgid) return fail('ESRCH');
  return send(current, target, signal, false);
}

export function* rtSigaction(
  kernel: ModelKernel,
  current: Task,
  program: string,
  signal: number,
  address: number,
  oldAddress: number,
  bytes: number,
): Steps<number> {
  if (bytes !== SIGSET_BYTES) return fail('EINVAL');
  const given = address === 0 ? null : kernel.copyFromUser(current, address, 8, 4, 'call');
  if (address !== 0 && given === null) return fail('EFAULT');
  yield PREEMPT;
  if (signal < 1 || signal > NSIG) return fail('EINVAL');
  if (given !== null && has(KERNEL_ONLY, signal)) return fail('EINVAL');
  kernel.ledger.locks++;
  const old = current.sighand.action(signal);
  if (given !== null) {
    const [handler = 0, flags = 0, , mask = 0] = given;
    const action = { handler, flags, mask: mask & ~KERNEL_ONLY, program };
    current.sighand.set(signal, action);
    if (isIgnoring(action, signal)) discard(current.signal, signal);
  }
  if (oldAddress === 0) return 0;
  yield PREEMPT;
  const values = { handler: old.handler, flags: old.flags, mask: old.mask };
  return kernel.structToUser(current, oldAddress, SIGACTION, values) ? 0 : fail('EFAULT');
}

/** flush_sigqueue_mask() of everybody: what is ignored from now on is not pending. */
function discard(group: Signal, signal: number): void {
  group.sharedPending.v &= ~bit(signal);
  for (const thread of group.threads) thread.pending.v &= ~bit(signal);
}

export function* rtSigprocmask(
  kernel: ModelKernel,
  current: Task,
  how: number,
  address: number,
  oldAddress: number,
  bytes: number,
): Steps<number> {
  if (bytes !== SIGSET_BYTES) return fail('EINVAL');
  const old = current.blocked.v;
  if (address !== 0) {
    const read = kernel.copyFromUser(current, address, SIGSET_BYTES, 1, 'call');
    if (read === null) return fail('EFAULT');
    const set = (read[0] ?? 0) & ~KERNEL_ONLY;
    yield PREEMPT;
    kernel.ledger.locks++;
    switch (how) {
      case SIG_BLOCK:
        setBlocked(current, old | set);
        break;
      case SIG_UNBLOCK:
        setBlocked(current, old & ~set);
        break;
      case SIG_SETMASK:
        setBlocked(current, set);
        break;
      default:
        return fail('EINVAL');
    }
  }
  if (oldAddress === 0) return 0;
  yield PREEMPT;
  const copied = kernel.copyToUser(current, oldAddress, SIGSET_BYTES, [old >>> 0]);
  return copied ? 0 : fail('EFAULT');
}

export function* pause(current: Task): Steps<number> {
  yield { until: () => current.sigpending.v, why: 'pause' };
  return ERESTARTNOHAND;
}

/**
 * What an interrupted call returns inside the kernel (include/linux/errno.h); user code sees EINTR,
 * or nothing, as the call is made again.
 */
export const ERESTARTSYS = -512;
export const ERESTARTNOINTR = -513;
export const ERESTARTNOHAND = -514;

export const isRestart = (result: number): boolean => result <= -512 && result >= -514;

/** handle_signal(): is the call made again once this handler has returned? */
export function restartsAfter(result: number, { flags }: Action): boolean {
  if (result === ERESTARTNOINTR) return true;
  return result === ERESTARTSYS && (flags & SA_RESTART) !== 0;
}
