// SPDX-License-Identifier: MIT
/**
 * kernel_clone() and copy_process(), after kernel/fork.c of Linux 6.1, in its order: duplicate the
 * task, copy or share what the flags say, alloc_pid() late, then link under the task list lock.
 * A failure after the duplication undoes it, as the bad_fork labels do.
 */
import { allocate, note } from '../explore/cell.ts';
import { PREEMPT, type Steps, spawn } from '../explore/thread.ts';
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  SIGCHLD,
} from '../kernel/flags.ts';
import type { CloneArgs, TaskFieldName } from '../kernel/strategy.ts';
import type { Files } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { Mm } from './mm.ts';
import {
  allocPid,
  claimTid,
  type Pid,
  type PidNamespace,
  pidNrNs,
  putPid,
  setPidmap,
} from './pid.ts';
import { closed, opened } from './shm.ts';
import { ERESTARTNOINTR, Sighand } from './signal.ts';
import { fieldHook, Signal, Task } from './task.ts';
import { copyNamespaces } from './unshare.ts';
import { mayChoose } from './wanted.ts';

const KNOWN_FLAGS =
  CLONE_VM |
  CLONE_FILES |
  CLONE_SIGHAND |
  CLONE_PARENT |
  CLONE_THREAD |
  CLONE_NEWIPC |
  CLONE_NEWPID;

/** The child's number as the caller sees it, or -errno. */
export function* kernelClone(
  kernel: ModelKernel,
  current: Task,
  args: CloneArgs,
  want: Want | null,
): Steps<number> {
  const { flags, program } = args;
  const refused = refuseFlags(kernel, current, flags, program);
  if (refused !== 0) return refused;
  // Whatever came until now is seen to before the fork happens.
  if (current.sigpending.v) return ERESTARTNOINTR;
  const child = duplicateTask(kernel, current);
  if (child === null) return fail('ENOMEM');
  const copied = copyResources(kernel, current, child, flags);
  if (copied !== 0) return abandon(kernel, current, child, copied);
  const namespaces = copyNamespaces(kernel, current, flags);
  if (typeof namespaces === 'number') return abandon(kernel, current, child, namespaces);
  const { ipcNs, pidNs: ns } = namespaces;
  const parentNs = current.pidNsForChildren.v ?? current.activePidNs;
  const wanted = want ?? kernel.askAllocator(current, 'pid');
  const claim = (at: PidNamespace, tid: number) =>
    args.pidRules === 'set_pidmap'
      ? setPidmap(at, tid)
      : claimTid(at, tid, wanted !== null && mayChoose(current, wanted));
  const pid = yield* allocPid(kernel, current, ns, wanted, claim);
  if (typeof pid === 'number') return abandon(kernel, current, child, pid);
  yield PREEMPT;
  kernel.ledger.locks++;
  // Under the task list lock: nobody may slip past those who kill a group or a namespace.
  const late = !ns.adding.v ? fail('ENOMEM') : current.killed.v ? fail('EINTR') : 0;
  if (late !== 0) {
    putPid(pid);
    return abandon(kernel, current, child, late);
  }
  const { mm } = child;
  child.pid.v = pid;
  child.sighand.users.v += 1;
  child.ipcNsCell.v = ipcNs;
  child.pidNsForChildren.v = ns;
  // A thread needs a stretch of its own; in a copy, that of its parent is its own.
  child.arena.v = mm === current.mm ? mm.addArena() : current.arena.v;
  if ((flags & CLONE_THREAD) !== 0) linkThread(current, child, pid);
  else linkProcess(kernel, current, child, pid, args);
  ns.tasks.append(child);
  if (ns !== parentNs) parentNs.below.append(ns);
  if (ns.childReaper.v === null) ns.childReaper.v = child.signal;
  spawn({ key: program, as: child, start: () => kernel.run(child, program) });
  const number = pidNrNs(pid, current.activePidNs);
  note('new task', number);
  return number;
}

/** The bad_fork labels, from where it got to: lets go of what was copied or shared so far. */
function abandon(kernel: ModelKernel, current: Task, child: Task, error: number): number {
  const mm = child.mmCell.v;
  if (mm !== null) {
    mm.users.v -= 1;
    // mmput() of a copy that nobody ran in.
    if (mm !== current.mm) for (const segment of mm.attachments()) closed(kernel, current, segment);
  }
  child.filesCell.v?.release();
  child.exitState.v = 'dead';
  return error;
}

function refuseFlags(kernel: ModelKernel, current: Task, flags: number, program: string): number {
  const needs = (flag: number, needed: number) => (flags & flag) !== 0 && (flags & needed) === 0;
  if ((flags & ~KNOWN_FLAGS) !== 0) return fail('EINVAL');
  if (needs(CLONE_THREAD, CLONE_SIGHAND) || needs(CLONE_SIGHAND, CLONE_VM)) return fail('EINVAL');
  if ((flags & CLONE_THREAD) !== 0) {
    const elsewhere = current.pidNsForChildren.v !== current.activePidNs;
    if ((flags & CLONE_NEWPID) !== 0 || elsewhere) return fail('EINVAL');
  }
  if ((flags & CLONE_PARENT) !== 0 && isInit(current.signal)) return fail('EINVAL');
  if (!kernel.hasProgram(program)) return fail('EFAULT');
  return 0;
}

/** Init of its pid namespace (SIGNAL_UNKILLABLE). */
export function isInit(signal: Signal): boolean {
  const leader = signal.leader.v;
  return leader !== null && leader.activePidNs.childReaper.v === signal;
}

/** dup_task_struct(), with what becomes of the fields that a design added. Null: no memory. */
function duplicateTask(kernel: ModelKernel, current: Task): Task | null {
  if (!kernel.allocates(current)) return null;
  const child = allocate(() => new Task(kernel.taskFields));
  child.cred.v = current.cred.v;
  child.comm.v = current.comm.v;
  child.blocked.v = current.blocked.v;
  child.selfExecId.v = current.selfExecId.v;
  child.filters.v = current.filters.v;
  child.noNewPrivs.v = current.noNewPrivs.v;
  for (const name of Object.keys(kernel.taskFields) as TaskFieldName[]) {
    kernel.ledger.fieldOps++;
    const { initial, atFork } = fieldHook(kernel.taskFields, name);
    child.field(name).v = (atFork === 'copy' ? current.field(name).v : initial) as never;
  }
  return child;
}

/** copy_files(), copy_sighand(), copy_signal(), copy_mm(): 0, or -ENOMEM at the first that fails. */
function copyResources(kernel: ModelKernel, current: Task, child: Task, flags: number): number {
  const files = copyFiles(kernel, current, flags);
  if (files === null) return fail('ENOMEM');
  child.filesCell.v = files;
  child.sighandCell.v = current.sighand;
  if ((flags & CLONE_SIGHAND) === 0) {
    if (!kernel.allocates(current)) return fail('ENOMEM');
    const copy = allocate(() => new Sighand());
    current.sighand.copyInto(copy);
    child.sighandCell.v = copy;
  }
  if ((flags & CLONE_THREAD) === 0) {
    if (!kernel.allocates(current)) return fail('ENOMEM');
    child.signalCell.v = allocate(() => new Signal());
  }
  const mm = copyMm(kernel, current, flags);
  if (mm === null) return fail('ENOMEM');
  child.mmCell.v = mm;
  return 0;
}

function copyFiles(kernel: ModelKernel, current: Task, flags: number): Files | null {
  const { files } = current;
  if ((flags & CLONE_FILES) === 0) return kernel.allocates(current) ? files.duplicate() : null;
  files.users.v += 1;
  return files;
}

function copyMm(kernel: ModelKernel, current: Task, flags: number): Mm | null {
  const { mm } = current;
  let used = mm;
  if ((flags & CLONE_VM) === 0) {
    if (!kernel.allocates(current)) return null;
    used = allocate(() => new Mm());
    mm.duplicateInto(used);
    for (const segment of used.attachments()) opened(kernel, current, segment);
  }
  used.users.v += 1;
  return used;
}

function linkThread(current: Task, child: Task, pid: Pid): void {
  const { signal } = current;
  child.signalCell.v = signal;
  pid.task.v = child;
  signal.threads.append(child);
  signal.liveThreads.v += 1;
}

function linkProcess(
  kernel: ModelKernel,
  current: Task,
  child: Task,
  pid: Pid,
  { flags, exitSignal }: CloneArgs,
): void {
  const { signal } = child;
  const siblings = (flags & CLONE_PARENT) !== 0;
  const parent = siblings ? (current.signal.parent.v ?? current.signal) : current.signal;
  signal.leader.v = child;
  signal.parent.v = parent;
  signal.realParent.v = siblings ? (current.signal.realParent.v ?? current) : current;
  signal.parentExecId.v = siblings ? current.signal.parentExecId.v : current.selfExecId.v;
  signal.exitSignal.v = siblings ? current.signal.exitSignal.v : (exitSignal ?? SIGCHLD);
  parent.children.append(signal);
  signal.threads.append(child);
  signal.liveThreads.v = 1;
  pid.task.v = child;
  pid.group.v = signal;
  const { pgrp, session } = current.signal;
  // An init starts outside of any group and session that its namespace could see; it inherits.
  kernel.attach(signal, pgrp.v ?? pid, session.v ?? pid);
}
