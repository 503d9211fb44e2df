// SPDX-License-Identifier: MIT
/**
 * /proc/sys/kernel/{msg,sem,shm}_next_id: ipc/ipc_sysctl.c of Linux 6.1. A file is of the IPC
 * namespace of its opener for good. What is in it, the next allocation takes: allocId() in ipc.ts.
 */
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from '../kernel/flags.ts';
import type { FileOperations } from './file.ts';
import type { IpcKind } from './ipc.ts';
import { INT_MAX } from './limits.ts';
import { sysctlFile, writeInt } from './sysctl.ts';
import { capable } from './task.ts';

const nextId = (kind: IpcKind): FileOperations =>
  sysctlFile({
    name: `${kind}_next_id`,
    // ipc_permissions(): 0444, and 0666 for who may choose ids.
    permissions: (current) => (capable(current, CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN) ? 0o6 : 0o4),
    get: (_current, file) => file.ipcNs.v?.[kind].nextId.v ?? -1,
    set: (kernel, _current, file, text) =>
      writeInt(kernel, file, text, INT_MAX, (value) => {
        const ids = file.ipcNs.v?.[kind];
        if (ids !== undefined) ids.nextId.v = value;
      }),
  });

export const NEXT_IDS = [nextId('msg'), nextId('sem'), nextId('shm')];
