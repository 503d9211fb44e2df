// SPDX-License-Identifier: MIT
/**
 * unshare(2), after ksys_unshare(), check_unshare_flags() and copy_pid_ns() of Linux 6.1. Namespaces
 * are the calling thread's own. A new pid namespace is for its children: the first one made is its
 * init, and the caller stays where it is. A new IPC namespace leaves attached segments attached.
 *
 * Left out: namespaces of other kinds; undo lists, which CLONE_SYSVSEM and CLONE_NEWIPC would empty;
 * a signal table that is shared by processes. A table of files is copied also if nobody shares it,
 * and nobody can tell.
 */
import { allocate } from '../explore/cell.ts';
import { fail } from '../kernel/errno.ts';
import {
  CAP_SYS_ADMIN,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
} from '../kernel/flags.ts';
import { IpcNamespace } from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { childNamespaceOf, type PidNamespace } from './pid.ts';
import { capable, type Task } from './task.ts';

/** What can't be unshared, and may be asked for where it is not shared. */
const A_PROCESS = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM;
const KNOWN_FLAGS =
  A_PROCESS | CLONE_FILES | CLONE_FS | CLONE_SYSVSEM | CLONE_NEWIPC | CLONE_NEWPID;

export function unshare(kernel: ModelKernel, current: Task, flags: number): number {
  if ((flags & ~KNOWN_FLAGS) !== 0) return fail('EINVAL');
  const { signal, mm, activePidNs } = current;
  const isAlone = [...signal.threads].length === 1;
  if ((flags & A_PROCESS) !== 0 && !isAlone) return fail('EINVAL');
  if ((flags & CLONE_VM) !== 0 && mm.users.v > 1) return fail('EINVAL');
  const { files } = current;
  const isOwn = (flags & CLONE_FILES) !== 0;
  if (isOwn && !kernel.allocates(current)) return fail('ENOMEM');
  const namespaces = copyNamespaces(kernel, current, flags);
  if (typeof namespaces === 'number') return namespaces;
  kernel.ledger.locks++;
  if (isOwn) {
    current.filesCell.v = files.duplicate();
    files.release();
  }
  if ((flags & CLONE_NEWIPC) !== 0) current.ipcNsCell.v = namespaces.ipcNs;
  if ((flags & CLONE_NEWPID) !== 0) {
    activePidNs.below.append(namespaces.pidNs);
    current.pidNsForChildren.v = namespaces.pidNs;
  }
  return 0;
}

/**
 * copy_namespaces(), which asks for privilege, and copy_pid_ns(), for a caller that lives where it
 * forks: the namespaces for a child or, after unshare, the caller; or -errno, and nothing is made.
 */
export function copyNamespaces(
  kernel: ModelKernel,
  current: Task,
  flags: number,
): { readonly ipcNs: IpcNamespace; readonly pidNs: PidNamespace } | number {
  const isWanted = (flags & (CLONE_NEWPID | CLONE_NEWIPC)) !== 0;
  if (isWanted && !capable(current, CAP_SYS_ADMIN)) return fail('EPERM');
  let { ipcNs } = current;
  if ((flags & CLONE_NEWIPC) !== 0) {
    if (!kernel.allocates(current)) return fail('ENOMEM');
    ipcNs = allocate(() => new IpcNamespace());
  }
  const { activePidNs } = current;
  const forChildren = current.pidNsForChildren.v ?? activePidNs;
  if ((flags & CLONE_NEWPID) === 0) return { ipcNs, pidNs: forChildren };
  if (forChildren !== activePidNs) return fail('EINVAL');
  const pidNs = childNamespaceOf(kernel, current, activePidNs);
  return pidNs === null ? fail('ENOMEM') : { ipcNs, pidNs };
}
