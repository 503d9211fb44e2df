// SPDX-License-Identifier: MIT
/**
 * Path walk and open, from the root or from the directory of a descriptor: fs/namei.c and fs/open.c
 * of Linux 6.1. A link costs the components that it stands for. Left out: descriptors reserved first,
 * `.` and `..`, O_CREAT and friends, a working directory (to it, nothing is there).
 */
import { allocate } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_RDONLY, O_RDWR, O_WRONLY } from '../kernel/flags.ts';
import { File, type Found, fdget, MAY_READ, MAY_WRITE } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { PATH_MAX } from './limits.ts';
import { NOWHERE, ROOT } from './procfs.ts';
import type { Task } from './task.ts';

/** path_init(): where a path begins, or -errno. */
function startOf(kernel: ModelKernel, current: Task, dirfd: number, path: string): Found | number {
  if (path.startsWith('/')) return ROOT;
  if (dirfd === AT_FDCWD) return NOWHERE;
  const opened = fdget(kernel, current, dirfd, 0);
  if (opened === null) return fail('EBADF');
  const { operations, file } = opened;
  return { operations, target: file.pid.v?.task.v ?? null };
}

/** link_path_walk(): where it leads, link by link, or -errno; one component of the ledger each. */
function walk(kernel: ModelKernel, current: Task, dirfd: number, path: string): Found | number {
  const start = startOf(kernel, current, dirfd, path);
  if (typeof start === 'number') return start;
  let at = start;
  const left = components(path);
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    kernel.ledger.components++;
    const { operations, target } = at;
    if (operations.lookup === undefined) return fail('ENOTDIR');
    const found = operations.lookup(name, current, target, kernel);
    if (typeof found === 'number') return found;
    if (typeof found === 'string') left.unshift(...components(found));
    else at = found;
  }
  return at;
}

const components = (path: string): string[] => path.split('/').filter((name) => name !== '');

/** do_open(), may_open(): 0, or why what was found is not to be opened for `access`. */
function refusal(
  current: Task,
  { operations, target }: Found,
  access: number,
  mustBeDirectory: boolean,
): number {
  const isDirectory = operations.lookup !== undefined;
  if (mustBeDirectory && !isDirectory) return fail('ENOTDIR');
  const writes = (access & MAY_WRITE) !== 0;
  if (isDirectory && writes) return fail('EISDIR');
  // S_IMMUTABLE
  if (operations.nsType !== undefined && writes) return fail('EPERM');
  return operations.permits(current, target, access) ? 0 : fail('EACCES');
}

const ACCESS: ReadonlyMap<number, number> = new Map([
  [O_RDONLY, MAY_READ],
  [O_WRONLY, MAY_WRITE],
  [O_RDWR, MAY_READ | MAY_WRITE],
]);

export function* openat(
  kernel: ModelKernel,
  current: Task,
  dirfd: number,
  address: number,
  bytes: number,
  flags: number,
): Steps<number> {
  const access = ACCESS.get(flags & ~(O_CLOEXEC | O_DIRECTORY));
  if (access === undefined) return fail('EINVAL');
  if (bytes > PATH_MAX) return fail('EINVAL');
  const path = kernel.strncpyFromUser(current, address, bytes, 'walk');
  if (path === null) return fail('EFAULT');
  if (path === '') return fail('ENOENT');
  yield PREEMPT;
  kernel.count('locks', 'walk');
  // path_openat(): there is a File before there is anything to open.
  if (!kernel.allocates(current, 'walk')) return fail('ENOMEM');
  const found = walk(kernel, current, dirfd, path);
  if (typeof found === 'number') return found;
  const mustBeDirectory = (flags & O_DIRECTORY) !== 0 || path.endsWith('/');
  const refused = refusal(current, found, access, mustBeDirectory);
  if (refused !== 0) return refused;
  const { operations, target } = found;
  const file = allocate(() => new File());
  file.operations.v = operations;
  file.access.v = access;
  // A namespace is the same file, whoever's directory led to it.
  file.pid.v = operations.nsType === undefined ? (target?.thePid ?? null) : null;
  file.data.v = operations.of?.(current, target) ?? null;
  if (operations.holdsMm === true) file.mm.v = current.mm;
  yield PREEMPT;
  kernel.count('locks', 'walk');
  kernel.ledger.fdOps++;
  return current.files.install(file, (flags & O_CLOEXEC) !== 0) ?? fail('EMFILE');
}
