// SPDX-License-Identifier: MIT
/**
 * Descriptors that stand for processes: pidfd_open(2) of kernel/pid.c and kernel/fork.c, and
 * pidfd_getfd(2), which takes a descriptor out of another process, as SCM_RIGHTS would pass it. Errors
 * are those of Linux 6.18, which tells the dead (ESRCH) and threads (ENOENT) from what was never valid;
 * 6.1 says EINVAL and EBADF. Left out: PIDFD_THREAD, polling.
 */
import { allocate } from '../explore/cell.ts';
import { fail } from '../kernel/errno.ts';
import { O_NONBLOCK } from '../kernel/flags.ts';
import { File, type FileOperations, fdget, MAY_READ, MAY_WRITE } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { findPidNs, Pid } from './pid.ts';
import { ptraceMayAccess } from './ptrace.ts';
import type { Task } from './task.ts';

const PIDFD: FileOperations = {
  name: 'pidfd',
  // In no directory, so that nobody opens it by a path.
  permits: () => false,
  llseek: () => fail('ESPIPE'),
};

export function pidfdOpen(
  kernel: ModelKernel,
  current: Task,
  number: number,
  flags: number,
): number {
  if ((flags & ~O_NONBLOCK) !== 0 || number <= 0) return fail('EINVAL');
  kernel.ledger.locks++;
  const pid = findPidNs(number, current.activePidNs);
  if (pid === null || pid.task.v === null) return fail('ESRCH');
  if (pid.group.v === null) return fail('ENOENT');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  const file = allocate(() => new File());
  file.operations.v = PIDFD;
  file.access.v = MAY_READ | MAY_WRITE;
  file.data.v = pid;
  kernel.ledger.fdOps++;
  return current.files.install(file, true) ?? fail('EMFILE');
}

export function pidfdGetfd(
  kernel: ModelKernel,
  current: Task,
  pidfd: number,
  fd: number,
  flags: number,
): number {
  if (flags !== 0) return fail('EINVAL');
  const pid = fdget(kernel, current, pidfd, 0)?.file.data.v;
  if (!(pid instanceof Pid)) return fail('EBADF');
  const task = pid.task.v;
  if (task === null) return fail('ESRCH');
  if (!ptraceMayAccess(current, task, 'real')) return fail('EPERM');
  if (task.isExiting.v) return fail('ESRCH');
  kernel.ledger.fdOps += 2;
  const file = task.files.get(fd);
  if (file === null) return fail('EBADF');
  return current.files.install(file, true) ?? fail('EMFILE');
}
