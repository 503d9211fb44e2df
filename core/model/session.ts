// SPDX-License-Identifier: MIT
/**
 * Numbers, process groups, sessions and names of tasks: kernel/sys.c and setsid() of Linux 6.1.
 */
import { note } from '../explore/cell.ts';
import { fail } from '../kernel/errno.ts';
import {
  PR_GET_NO_NEW_PRIVS,
  PR_SET_NAME,
  PR_SET_NO_NEW_PRIVS,
  PR_TIMER_CREATE_RESTORE_IDS,
} from '../kernel/flags.ts';
import type { ModelKernel } from './kernel.ts';
import { TASK_COMM_LEN } from './limits.ts';
import { findPidNs, type Pid, pidNrNs, putPid } from './pid.ts';
import type { Signal, Task } from './task.ts';
import { timerCreatePrctl } from './timer.ts';

const numberOf = (pid: Pid | null, reader: Task): number => pidNrNs(pid, reader.activePidNs);

export const getpid = (current: Task): number => numberOf(current.leader.pid.v, current);
export const gettid = (current: Task): number => numberOf(current.pid.v, current);
export const getppid = (current: Task): number =>
  numberOf(current.signal.parent.v?.leader.v?.pid.v ?? null, current);

function find(current: Task, number: number): Task | null {
  if (number === 0) return current;
  return findPidNs(number, current.activePidNs)?.task.v ?? null;
}

export function getsid(kernel: ModelKernel, current: Task, number: number): number {
  kernel.ledger.locks++;
  const task = find(current, number);
  return task === null ? fail('ESRCH') : numberOf(task.signal.session.v, current);
}

export function getpgid(kernel: ModelKernel, current: Task, number: number): number {
  kernel.ledger.locks++;
  const task = find(current, number);
  return task === null ? fail('ESRCH') : numberOf(task.signal.pgrp.v, current);
}

export function setsid(kernel: ModelKernel, current: Task): number {
  kernel.ledger.locks++;
  const { signal, leader } = current;
  const pid = leader.thePid;
  if (signal.isSessionLeader.v || !pid.pgrpMembers.empty) return fail('EPERM');
  kernel.detach(signal);
  kernel.attach(signal, pid, pid);
  signal.isSessionLeader.v = true;
  const number = numberOf(pid, current);
  note('session', number);
  return number;
}

export function setpgid(kernel: ModelKernel, current: Task, number: number, pgid: number): number {
  kernel.ledger.locks++;
  const mine = current.signal;
  const target = number === 0 ? numberOf(current.leader.pid.v, current) : number;
  const wanted = pgid === 0 ? target : pgid;
  if (wanted < 0) return fail('EINVAL');
  const task = find(current, target);
  if (task === null) return fail('ESRCH');
  const { signal } = task;
  if (signal.leader.v !== task) return fail('EINVAL');
  if (signal.parent.v === mine) {
    if (signal.session.v !== mine.session.v) return fail('EPERM');
    if (!task.forkNoExec.v) return fail('EACCES');
  } else if (signal !== mine) {
    return fail('ESRCH');
  }
  if (signal.isSessionLeader.v) return fail('EPERM');
  const group = wanted === target ? task.thePid : groupOf(current, mine, wanted);
  if (group === null) return fail('EPERM');
  changeGroup(signal, group);
  return 0;
}

/** change_pid() of the group. The session stays attached, whose number may be that of the old one. */
function changeGroup(signal: Signal, group: Pid): void {
  const old = signal.pgrp.v;
  if (old === group || old === null) return;
  old.pgrpMembers.remove(signal);
  signal.pgrp.v = group;
  group.pgrpMembers.append(signal);
  putPid(old);
}

/** An existing group of the caller's session. */
function groupOf(current: Task, mine: Signal, number: number): Pid | null {
  const pid = findPidNs(number, current.activePidNs);
  const member = pid?.pgrpMembers.head ?? null;
  return member !== null && member.session.v === mine.session.v ? pid : null;
}

export function prctl(
  kernel: ModelKernel,
  current: Task,
  option: number,
  arg2: number,
  ...unused: readonly (number | undefined)[]
): number {
  const isUnused = unused.every((arg) => arg === undefined || arg === 0);
  switch (option) {
    case PR_SET_NAME:
      return setName(kernel, current, arg2);
    case PR_TIMER_CREATE_RESTORE_IDS:
      return isUnused ? timerCreatePrctl(current, arg2) : fail('EINVAL');
    case PR_SET_NO_NEW_PRIVS:
      if (arg2 !== 1 || !isUnused) return fail('EINVAL');
      current.noNewPrivs.v = true;
      return 0;
    case PR_GET_NO_NEW_PRIVS:
      return arg2 === 0 && isUnused ? Number(current.noNewPrivs.v) : fail('EINVAL');
    default:
      return fail('EINVAL');
  }
}

function setName(kernel: ModelKernel, current: Task, address: number): number {
  const name = kernel.strncpyFromUser(current, address, TASK_COMM_LEN - 1, 'call');
  if (name === null) return fail('EFAULT');
  current.comm.v = name;
  return 0;
}
