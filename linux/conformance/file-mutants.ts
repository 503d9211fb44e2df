// SPDX-License-Identifier: MIT
/** Models with one wrong rule on files and hints, for the comparison to find. */
import type { Steps } from '../../core/explore/thread.ts';
import { fail } from '../../core/kernel/errno.ts';
import { IPC_EXCL } from '../../core/kernel/flags.ts';
import type { KernelHalf, SyscallHandlers } from '../../core/kernel/strategy.ts';
import type { SyscallTable } from '../../core/kernel/syscall.ts';
import type { File } from '../../core/model/file.ts';
import type { ModelKernel } from '../../core/model/kernel.ts';
import { IPCMNI } from '../../core/model/limits.ts';
import { PLAIN_LINUX } from '../../core/model/table.ts';
import type { Task } from '../../core/model/task.ts';
import type { ModelCall } from './script.ts';

/** A model with something else around one call. */
export function around<N extends ModelCall>(
  name: N,
  body: (current: Task, args: SyscallTable[N], call: () => Steps<number>) => Steps<number>,
): KernelHalf {
  const handler = (kernel: ModelKernel, current: Task, ...args: SyscallTable[N]) =>
    body(current, args, function* () {
      const handled = PLAIN_LINUX[name](kernel, current, ...args);
      return typeof handled === 'number' ? handled : yield* handled;
    });
  return { syscalls: { [name]: handler } as SyscallHandlers };
}

/** The file of a descriptor, if its name says so. */
export function fileOf(current: Task, fd: number, name: string): File | null {
  const file = current.files.get(fd);
  return file?.operations.v?.name.includes(name) === true ? file : null;
}

export const FILE_MUTANTS: readonly [string, KernelHalf][] = [
  [
    'msg_next_id: stays after it was taken',
    around('msgget', function* (current, _, call) {
      const hint = current.ipcNs.msg.nextId;
      const before = hint.v;
      const id = yield* call();
      hint.v = before;
      return id;
    }),
  ],
  [
    'shm_next_id: a call that fails early clears it',
    around('shmget', function* (current, _, call) {
      const id = yield* call();
      if (id < 0) current.ipcNs.shm.nextId.v = -1;
      return id;
    }),
  ],
  [
    'msg_next_id: a call that finds its key clears it',
    around('msgget', function* (current, [key, flags], call) {
      const found = key !== 0 && (flags & IPC_EXCL) === 0 && current.ipcNs.msg.keys.get(key);
      const id = yield* call();
      if (found) current.ipcNs.msg.nextId.v = -1;
      return id;
    }),
  ],
  [
    'msg_next_id: an index in use is EEXIST',
    around('msgget', function* ({ ipcNs: { msg } }, _, call) {
      const hint = msg.nextId.v;
      const isTaken = hint >= 0 && msg.slots.get(hint % IPCMNI) !== undefined;
      const id = yield* call();
      return isTaken && id >= 0 ? fail('EEXIST') : id;
    }),
  ],
  [
    'msg_next_id: moves the cursor of the undirected',
    around('msgget', function* ({ ipcNs: { msg } }, _, call) {
      const hint = msg.nextId.v;
      const id = yield* call();
      if (hint >= 0 && id >= 0) msg.cursor.v = (id % IPCMNI) + 1;
      return id;
    }),
  ],
  [
    'next_id: is of the namespace of whoever writes',
    around('write', function* (current, [fd], call) {
      const file = fileOf(current, fd, 'next_id');
      if (file !== null) file.data.v = current.ipcNs;
      return yield* call();
    }),
  ],
  [
    'ns_last_pid: the number is the next, not the last',
    around('write', function* (current, [fd], call) {
      const file = fileOf(current, fd, 'ns_last_pid');
      const isFirst = file?.position.v === 0;
      const written = yield* call();
      if (isFirst && written > 0) current.activePidNs.cursor.v -= 1;
      return written;
    }),
  ],
  [
    'ns_last_pid: a write behind the beginning counts',
    around('write', function* (current, [fd], call) {
      const file = fileOf(current, fd, 'ns_last_pid');
      if (file !== null) file.position.v = 0;
      return yield* call();
    }),
  ],
  [
    'comm: is cut at 16',
    around('write', function* (current, [fd, address, bytes], call) {
      const file = fileOf(current, fd, 'comm');
      const written = yield* call();
      const text = current.mm.get(address);
      const task = file?.pid.v?.task.v;
      if (task && written > 15 && typeof text === 'string')
        task.comm.v = text.slice(0, Math.min(16, bytes));
      return written;
    }),
  ],
  [
    'comm: another process may write it',
    around('write', function* (current, [fd, , bytes], call) {
      const written = yield* call();
      const isRefused = fileOf(current, fd, 'comm') !== null && written === fail('EINVAL');
      return isRefused ? bytes : written;
    }),
  ],
  [
    'comm: who changed credentials still owns it',
    around('setuid', function* (current, _, call) {
      const result = yield* call();
      current.mm.dumpable.v = true;
      return result;
    }),
  ],
];
