// SPDX-License-Identifier: MIT
/**
 * /proc/sys/kernel/ns_last_pid: pid_ns_ctl_handler() of kernel/pid_namespace.c, Linux 6.1. It is of
 * whatever pid namespace its user is in, at each access, and moves where the next search begins.
 */
import { fail } from '../kernel/errno.ts';
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from '../kernel/flags.ts';
import { PID_MAX } from './limits.ts';
import { sysctlFile, writeInt } from './sysctl.ts';
import { capable } from './task.ts';

export const NS_LAST_PID = sysctlFile({
  name: 'ns_last_pid',
  permissions: () => 0o6,
  get: (current) => current.activePidNs.cursor.v - 1,
  set(kernel, current, file, text) {
    if (!capable(current, CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN)) return fail('EPERM');
    return writeInt(kernel, file, text, PID_MAX, (value) => {
      current.activePidNs.cursor.v = value + 1;
    });
  },
});
