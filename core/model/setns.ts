// SPDX-License-Identifier: MIT
/**
 * setns(2), by a file of a namespace or by a pidfd: kernel/nsproxy.c, pidns_install() and
 * ipcns_install() of Linux 6.1, in their order. As with unshare, a pid namespace is for children to
 * come, and only the caller's own or one below it will do. By a pidfd all that is asked for is joined,
 * or nothing. Left out: namespaces of other kinds; undo lists, which an IPC namespace left behind ends.
 */
import { fail } from '../kernel/errno.ts';
import { CAP_SYS_ADMIN, CLONE_NEWIPC, CLONE_NEWPID } from '../kernel/flags.ts';
import { fdget } from './file.ts';
import { IpcNamespace } from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { Pid, PidNamespace } from './pid.ts';
import { ptraceMayAccess } from './ptrace.ts';
import { capable, type Task } from './task.ts';

export function setns(kernel: ModelKernel, current: Task, fd: number, flags: number): number {
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  const { nsType } = opened.operations;
  const data = opened.file.data.v;
  // A file of a namespace says which; a pidfd says whose, and the flags which.
  if (nsType === undefined && !(data instanceof Pid)) return fail('EINVAL');
  if (nsType !== undefined && flags !== 0 && flags !== nsType) return fail('EINVAL');
  const wanted = nsType ?? flags;
  if (wanted === 0 || (wanted & ~(CLONE_NEWIPC | CLONE_NEWPID)) !== 0) return fail('EINVAL');
  // prepare_nsset(): an nsproxy of its own, before privilege is asked for.
  if (!kernel.allocates(current)) return fail('ENOMEM');
  const namespaces = data instanceof Pid ? namespacesOf(current, data, wanted) : [data];
  if (typeof namespaces === 'number') return namespaces;
  for (const ns of namespaces) {
    if (!capable(current, CAP_SYS_ADMIN)) return fail('EPERM');
    if (ns instanceof PidNamespace && !isBelow(ns, current.activePidNs)) return fail('EINVAL');
  }
  // commit_nsset()
  for (const ns of namespaces) {
    if (ns instanceof IpcNamespace) current.ipcNsCell.v = ns;
    if (ns instanceof PidNamespace) current.pidNsForChildren.v = ns;
  }
  return 0;
}

/** validate_nsset(): those of a process, or -errno if it has none any more or is not to be looked into. */
function namespacesOf(
  current: Task,
  { task }: Pid,
  wanted: number,
): (IpcNamespace | PidNamespace)[] | number {
  const target = task.v;
  if (target === null) return fail('ESRCH');
  if (!ptraceMayAccess(current, target, 'real')) return fail('EPERM');
  if (target.exitState.v !== 'running') return fail('ESRCH');
  return [
    ...((wanted & CLONE_NEWIPC) !== 0 ? [target.ipcNs] : []),
    ...((wanted & CLONE_NEWPID) !== 0 ? [target.activePidNs] : []),
  ];
}

/** True of a namespace and all that it is an ancestor of. */
function isBelow(ns: PidNamespace, active: PidNamespace): boolean {
  let ancestor: PidNamespace | null = ns;
  while (ancestor !== null && ancestor.level.v > active.level.v) ancestor = ancestor.parent.v;
  return ancestor === active;
}
