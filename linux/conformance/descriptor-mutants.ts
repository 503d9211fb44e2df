// SPDX-License-Identifier: MIT
/** Models with one wrong rule on descriptors, namespaces, locks or filters, for the comparison to find. */
import { allocate } from '../../core/explore/cell.ts';
import { fail } from '../../core/kernel/errno.ts';
import { LOCK_NB, LOCK_SH, PR_SET_NO_NEW_PRIVS } from '../../core/kernel/flags.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import { File } from '../../core/model/file.ts';
import { findPidNs } from '../../core/model/pid.ts';
import { PLAIN_LINUX } from '../../core/model/table.ts';
import type { Task } from '../../core/model/task.ts';
import { around } from './file-mutants.ts';
import { instead } from './state-mutants.ts';

/** Gives a descriptor a File of its own, which starts at the beginning. */
function separates({ files }: Task, fd: number): void {
  const file = files.get(fd);
  if (file === null) return;
  const own = allocate(() => new File());
  for (const name of ['operations', 'access', 'pid', 'data'] as const) {
    own[name].v = file[name].v as never;
  }
  files.replace(fd, own);
}

export const DESCRIPTOR_MUTANTS: readonly [string, KernelHalf][] = [
  [
    'dup: the copy has a position of its own',
    around('dup', function* (current, _, call) {
      const fd = yield* call();
      if (fd >= 0) separates(current, fd);
      return fd;
    }),
  ],
  [
    'dup2: what was there keeps its lock',
    around('dup2', function* (current, [fd, to], call) {
      const before = fd === to ? null : current.files.get(to);
      const lock = before?.lock.v ?? null;
      const result = yield* call();
      if (result >= 0 && before !== null && before.lock.v !== lock) before.lock.v = lock;
      return result;
    }),
  ],
  [
    'pidfd_getfd: what is taken has a position of its own',
    around('pidfd_getfd', function* (current, _, call) {
      const fd = yield* call();
      if (fd >= 0) separates(current, fd);
      return fd;
    }),
  ],
  [
    'pidfd_getfd: an equal may look into who changed credentials',
    around('setuid', function* (current, _, call) {
      const result = yield* call();
      current.mm.dumpable.v = true;
      return result;
    }),
  ],
  [
    'setns: the IPC namespace stays',
    around('setns', function* (current, _, call) {
      const before = current.ipcNsCell.v;
      const result = yield* call();
      current.ipcNsCell.v = before;
      return result;
    }),
  ],
  [
    'setns: the pid namespace stays',
    around('setns', function* (current, _, call) {
      const before = current.pidNsForChildren.v;
      const result = yield* call();
      current.pidNsForChildren.v = before;
      return result;
    }),
  ],
  [
    'setns: by a pidfd, what can be joined is, though the rest is refused',
    around('setns', function* (current, [fd], call) {
      const data = current.files.get(fd)?.data.v ?? null;
      const result = yield* call();
      const target = data !== null && 'task' in data ? data.task.v : null;
      if (result === fail('EINVAL') && target !== null) current.ipcNsCell.v = target.ipcNs;
      return result;
    }),
  ],
  [
    'flock: refused in a conversion, the old lock stays',
    around('flock', function* (current, [fd, operation], call) {
      const file = current.files.get(fd);
      const before = file?.lock.v ?? null;
      const result = yield* call();
      if (file !== null && (operation & LOCK_NB) !== 0 && result < 0) file.lock.v = before;
      return result;
    }),
  ],
  [
    'flock: a shared lock is exclusive',
    around('flock', function* (current, [fd, operation], call) {
      const result = yield* call();
      const file = current.files.get(fd);
      const isShared = result === 0 && (operation & ~LOCK_NB) === LOCK_SH;
      if (isShared && file !== null && file.lock.v !== null) file.lock.v = 'exclusive';
      return result;
    }),
  ],
  [
    'flock: the first descriptor to be closed lets go',
    around('close', function* (current, [fd], call) {
      const file = current.files.get(fd);
      if (file !== null) file.lock.v = null;
      return yield* call();
    }),
  ],
  [
    'flock: nobody waits',
    instead('flock', (kernel, current, fd, operation) =>
      PLAIN_LINUX.flock(kernel, current, fd, operation | LOCK_NB),
    ),
  ],
  [
    'seccomp: a new filter takes the place of those before',
    around('seccomp', function* (current, _, call) {
      const result = yield* call();
      if (result === 0) current.filters.v = current.filters.v.slice(-1);
      return result;
    }),
  ],
  [
    'seccomp: filters are not inherited',
    around('clone', function* (current, _, call) {
      const number = yield* call();
      const child = number > 0 ? findPidNs(number, current.activePidNs)?.task.v : null;
      if (child) child.filters.v = [];
      return number;
    }),
  ],
  [
    'prctl: no_new_privs can be taken back',
    around('prctl', function* (current, [option, value], call) {
      const result = yield* call();
      if (option === PR_SET_NO_NEW_PRIVS && value === 0) current.noNewPrivs.v = false;
      return result;
    }),
  ],
  [
    'seccomp: a promise to gain no privilege is not asked for',
    around('seccomp', function* (current, _, call) {
      const before = current.noNewPrivs.v;
      current.noNewPrivs.v = true;
      const result = yield* call();
      current.noNewPrivs.v = before;
      return result;
    }),
  ],
];
