// SPDX-License-Identifier: MIT
/**
 * setns(2) by a file of a namespace: kernel/nsproxy.c, pidns_install() and ipcns_install() of Linux
 * 6.1, in their order. As with unshare, a pid namespace is for children to come, and only the caller's
 * own or one below it will do. Left out: setns by a pidfd; undo lists, which ipcns_install() leaves.
 */
import { fail } from '../kernel/errno.ts';
import { CAP_SYS_ADMIN } from '../kernel/flags.ts';
import { fdget } from './file.ts';
import { IpcNamespace } from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { PidNamespace } from './pid.ts';
import { capable, type Task } from './task.ts';

export function setns(kernel: ModelKernel, current: Task, fd: number, nstype: number): number {
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  const { nsType } = opened.operations;
  if (nsType === undefined || (nstype !== 0 && nstype !== nsType)) return fail('EINVAL');
  // prepare_nsset(): an nsproxy of its own, before privilege is asked for.
  if (!kernel.allocates(current)) return fail('ENOMEM');
  if (!capable(current, CAP_SYS_ADMIN)) return fail('EPERM');
  const ns = opened.file.data.v;
  if (ns instanceof IpcNamespace) {
    current.ipcNsCell.v = ns;
  } else if (ns instanceof PidNamespace) {
    if (!isBelow(ns, current.activePidNs)) return fail('EINVAL');
    current.pidNsForChildren.v = ns;
  }
  return 0;
}

/** True of a namespace and all that it is an ancestor of. */
function isBelow(ns: PidNamespace, active: PidNamespace): boolean {
  let ancestor: PidNamespace | null = ns;
  while (ancestor !== null && ancestor.level.v > active.level.v) ancestor = ancestor.parent.v;
  return ancestor === active;
}
