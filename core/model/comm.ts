// SPDX-License-Identifier: MIT
/**
 * The name of a task as a file, comm in /proc/<tgid>/ and /proc/<tgid>/task/<tid>/: comm_write(),
 * comm_show(), proc_tid_comm_permission() of fs/proc/base.c, Linux 6.1.
 */
import { fail } from '../kernel/errno.ts';
import type { File, FileOperations } from './file.ts';
import { TASK_COMM_LEN } from './limits.ts';
import { seqFile } from './seq-file.ts';
import { genericPermission, type Task, tidPermission } from './task.ts';

const MODE = 0o644;

/** get_proc_task(): whose file it is, if it has not been reaped. */
const taskOf = (file: File): Task | null => file.pid.v?.task.v ?? null;

const commFile = (name: string, permits: FileOperations['permits']): FileOperations => ({
  name,
  permits,
  ...seqFile((file) => {
    const task = taskOf(file);
    return task === null ? fail('ESRCH') : `${task.comm.v}\n`;
  }),
  // What is beyond the longest name is neither copied nor missed.
  admit: (_kernel, _current, bytes) => Math.min(bytes, TASK_COMM_LEN - 1),
  write(_kernel, current, file, text, bytes) {
    const task = taskOf(file);
    if (task === null) return fail('ESRCH');
    if (task.signal !== current.signal) return fail('EINVAL');
    task.comm.v = text.split('\0')[0] ?? '';
    return bytes;
  },
});

export const COMM_OF_GROUP = commFile(
  'comm of a group',
  (current, target, access) => target !== null && genericPermission(current, target, MODE, access),
);

export const COMM_OF_THREAD = commFile(
  'comm of a thread',
  (current, target, access) => target !== null && tidPermission(current, target, MODE, access),
);
