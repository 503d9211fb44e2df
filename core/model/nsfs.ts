// SPDX-License-Identifier: MIT
/**
 * Namespaces as files, ns/ipc, ns/pid and ns/pid_for_children in /proc/<tgid>/: proc_ns_get_link() of
 * fs/proc/namespaces.c, ipcns_get(), pidns_get() and pidns_for_children_get() of Linux 6.1. Who has
 * followed the link may read; nothing can be written there. Left out: their ioctls.
 */
import { fail } from '../kernel/errno.ts';
import { CLONE_NEWIPC, CLONE_NEWPID } from '../kernel/flags.ts';
import type { FileOperations } from './file.ts';
import type { IpcNamespace } from './ipc.ts';
import type { PidNamespace } from './pid.ts';
import type { Task } from './task.ts';

const namespaceFile = (
  name: string,
  nsType: number,
  of: (task: Task) => IpcNamespace | PidNamespace | null,
): FileOperations => ({
  name,
  nsType,
  permits: () => true,
  of: (_current, target) => (target === null ? null : of(target)),
  llseek: () => fail('ESPIPE'),
});

/** Who is dead has given up its nsproxy, and with it all but the namespace that its number is in. */
const isAlive = ({ exitState }: Task): boolean => exitState.v === 'running';

export const NAMESPACES: readonly FileOperations[] = [
  namespaceFile('ipc', CLONE_NEWIPC, (task) => (isAlive(task) ? task.ipcNs : null)),
  namespaceFile('pid', CLONE_NEWPID, (task) => task.activePidNs),
  // One that has no init yet is not to be seen.
  namespaceFile('pid_for_children', CLONE_NEWPID, (task) => {
    const ns = isAlive(task) ? task.pidNsForChildren.v : null;
    return ns === null || ns.childReaper.v === null ? null : ns;
  }),
];
