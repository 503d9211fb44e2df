// SPDX-License-Identifier: MIT
/** Models with one wrong rule on directories and what is opened from one, for the comparison to find. */
import { fail } from '../../core/kernel/errno.ts';
import { O_DIRECTORY } from '../../core/kernel/flags.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import { PLAIN_LINUX } from '../../core/model/table.ts';
import { around, fileOf } from './file-mutants.ts';
import { instead } from './state-mutants.ts';

export const DIRECTORY_MUTANTS: readonly [string, KernelHalf][] = [
  [
    'openat: is of whoever asks, not of whose directory it is',
    around('openat', function* (current, _, call) {
      const fd = yield* call();
      const file = fileOf(current, fd, 'comm');
      if (file !== null) file.pid.v = current.pid.v;
      return fd;
    }),
  ],
  [
    'openat: the directory of a dead thread is ESRCH, as that of a process',
    around('openat', function* (current, [dirfd], call) {
      const task = current.files.get(dirfd)?.pid.v?.task.v;
      const fd = yield* call();
      return fd === fail('ENOENT') && task === null ? fail('ESRCH') : fd;
    }),
  ],
  [
    'openat: a descriptor is looked at where the path is absolute',
    around('openat', function* (current, [dirfd], call) {
      const fd = yield* call();
      return fd >= 0 && current.files.get(dirfd) === null ? fail('EBADF') : fd;
    }),
  ],
  [
    'openat: O_DIRECTORY is let be',
    instead('openat', (kernel, current, dirfd, address, bytes, flags) =>
      PLAIN_LINUX.openat(kernel, current, dirfd, address, bytes, flags & ~O_DIRECTORY),
    ),
  ],
  [
    'lseek: a directory goes on as far as other files',
    around('lseek', function* (current, [fd, offset], call) {
      const file = current.files.get(fd);
      const at = yield* call();
      return file?.operations.v?.lookup !== undefined && offset === 2 ** 40 ? offset : at;
    }),
  ],
];
