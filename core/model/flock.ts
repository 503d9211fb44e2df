// SPDX-License-Identifier: MIT
/**
 * flock(2): fs/locks.c of Linux 6.1. A lock belongs to the File, so that whoever inherited it has it
 * too, and goes with its last descriptor. Who converts a lock gives it up first, also where the new one
 * is then refused. Restarting tools keep each other from ns_last_pid by it; nothing makes others ask.
 * Left out: who of several waiters is first; what is allocated once an inode; flock on pidfds, which
 * share one inode in 6.1.
 */
import type { Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { LOCK_EX, LOCK_MAND, LOCK_NB, LOCK_SH, LOCK_UN } from '../kernel/flags.ts';
import { type File, fdget, put } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { ERESTARTSYS } from './signal.ts';
import type { Task } from './task.ts';

const TYPES: ReadonlyMap<number, File['lock']['v']> = new Map([
  [LOCK_SH, 'shared'],
  [LOCK_EX, 'exclusive'],
  [LOCK_UN, null],
]);

export function* flock(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  operation: number,
): Steps<number> {
  // Locks of this kind were never of use, and are now always granted.
  if ((operation & LOCK_MAND) !== 0) return 0;
  const type = TYPES.get(operation & ~LOCK_NB);
  if (type === undefined) return fail('EINVAL');
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  const { file } = opened;
  // Somebody else may close the descriptor while we sleep: the last one out lets the lock go.
  file.count.v += 1;
  const result = yield* lock(kernel, current, file, type, (operation & LOCK_NB) === 0);
  put(file);
  return result;
}

/** flock_lock_inode_wait() */
function* lock(
  kernel: ModelKernel,
  current: Task,
  file: File,
  type: File['lock']['v'],
  canSleep: boolean,
): Steps<number> {
  const isFree = () => !kernel.flocks.v.some((other) => conflicts(file, type, other));
  for (;;) {
    if (type !== null && !kernel.allocates(current)) return fail('ENOMEM');
    kernel.ledger.locks++;
    if (file.lock.v === type) return 0;
    file.lock.v = null;
    const others = kernel.flocks.v.filter((other) => other.lock.v !== null);
    if (type === null) {
      kernel.flocks.v = others;
      return 0;
    }
    if (isFree()) {
      file.lock.v = type;
      kernel.flocks.v = [...others, file];
      return 0;
    }
    if (!canSleep) return fail('EAGAIN');
    yield { until: () => isFree() || current.sigpending.v, why: 'flock: somebody has a lock' };
    if (!isFree()) return ERESTARTSYS;
  }
}

/** flock_locks_conflict(), on the same inode. */
function conflicts(file: File, type: File['lock']['v'], other: File): boolean {
  if (other === file || other.lock.v === null) return false;
  const isSameInode =
    other.operations.v === file.operations.v &&
    other.pid.v === file.pid.v &&
    other.data.v === file.data.v;
  return isSameInode && (type === 'exclusive' || other.lock.v === 'exclusive');
}
