// SPDX-License-Identifier: MIT
/**
 * /proc/sys/kernel/{msg,sem,shm}_next_id: ipc/ipc_sysctl.c of Linux 6.1. A file is of the IPC
 * namespace of its opener for good. What is in it, the next allocation takes: allocId() in ipc.ts.
 */
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from '../kernel/flags.ts';
import type { IpcKind } from '../kernel/strategy.ts';
import type { File, FileOperations } from './file.ts';
import { IpcNamespace } from './ipc.ts';
import { INT_MAX } from './limits.ts';
import { sysctlFile, writeInt } from './sysctl.ts';
import { capable } from './task.ts';

/** The ids of the namespace that a file is of. */
function idsOf({ data }: File, kind: IpcKind): IpcNamespace[IpcKind] {
  if (data.v instanceof IpcNamespace) return data.v[kind];
  throw new Error(`a ${kind}_next_id of no IPC namespace`);
}

const nextId = (kind: IpcKind): FileOperations =>
  sysctlFile({
    name: `${kind}_next_id`,
    of: (current) => current.ipcNs,
    // ipc_permissions(): 0444, and 0666 for who may choose ids.
    permissions: (current) => (capable(current, CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN) ? 0o6 : 0o4),
    get: (_current, file) => idsOf(file, kind).nextId.v,
    set: (kernel, _current, file, text) =>
      writeInt(kernel, file, text, INT_MAX, (value) => {
        idsOf(file, kind).nextId.v = value;
      }),
  });

export const NEXT_IDS = [nextId('msg'), nextId('sem'), nextId('shm')];
