// SPDX-License-Identifier: MIT
/**
 * Filters on system calls: seccomp_set_mode_filter() of kernel/seccomp.c, Linux 6.1. A filter is asked at
 * entry, before the call's handler, and refuses with EPERM (SECCOMP_RET_ERRNO). Filters add up, are
 * inherited by fork, clone and exec, and never go away. Here a filter's program is text: names of the
 * calls that it refuses, with spaces between them; a name that this kernel does not have refuses nothing,
 * as a number would. Left out: strict mode, flags, arguments of calls, other actions; rt_sigreturn.
 *
 * As the filter sees what user code enters the kernel with, a call that wraps another hides it, unless
 * the wrapper asks again by `filtered`.
 */
import { fail } from '../kernel/errno.ts';
import { CAP_SYS_ADMIN, SECCOMP_SET_MODE_FILTER } from '../kernel/flags.ts';
import type { SyscallName } from '../kernel/syscall.ts';
import type { ModelKernel } from './kernel.ts';
import { capable, type Task } from './task.ts';

export function seccomp(
  kernel: ModelKernel,
  current: Task,
  operation: number,
  flags: number,
  address: number,
  bytes: number,
): number {
  if (operation !== SECCOMP_SET_MODE_FILTER || flags !== 0) return fail('EINVAL');
  const text = kernel.strncpyFromUser(current, address, bytes, 'call');
  if (text === null) return fail('EFAULT');
  const names = text.split(' ').filter((name) => name !== '');
  if (names.length === 0) return fail('EINVAL');
  // Or a filter could confuse a set-uid program that it is inherited by.
  if (!current.noNewPrivs.v && !capable(current, CAP_SYS_ADMIN)) return fail('EACCES');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  current.filters.v = [...current.filters.v, names];
  return 0;
}

/** __seccomp_filter(): 0, or -errno if a filter of the task refuses the call. */
export function filtered(task: Task, name: SyscallName): number {
  return task.filters.v.some((names) => names.includes(name)) ? fail('EPERM') : 0;
}
