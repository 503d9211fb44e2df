// SPDX-License-Identifier: MIT
/** Directories of /proc, as what openat(2) starts from and as files. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  AT_FDCWD,
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_NEWIPC,
  IPC_CREAT,
  IPC_PRIVATE,
  LOCK_EX,
  LOCK_NB,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../kernel/flags.ts';
import { putText } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import type { ModelKernel } from './kernel.ts';
import { trial } from './trial.ts';

const [EACCES, EBADF, EFAULT, EINVAL, EISDIR, ENOENT, ENOTDIR, ESRCH] = (
  ['EACCES', 'EBADF', 'EFAULT', 'EINVAL', 'EISDIR', 'ENOENT', 'ENOTDIR', 'ESRCH'] as const
).map(fail);

const SYS_KERNEL = '/proc/sys/kernel';

const open = ({ memory }: Caller, path: string, flags = O_RDONLY) =>
  sys('open', putText(memory, path), path.length, flags);
const openat = ({ memory }: Caller, dirfd: number, path: string, flags = O_RDONLY) =>
  sys('openat', dirfd, putText(memory, path), path.length, flags);
const write = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

function* read({ memory }: Caller, fd: number): Program<number | string> {
  const address = memory.allocate(32);
  const got = yield sys('read', fd, address, 32);
  return got < 0 ? got : memory.load(address);
}

/** Runs one program as init, and what it says. */
const alone = (body: (me: Caller, say: (...what: readonly unknown[]) => void) => Program<void>) =>
  trial((say) => ({
    *init(me) {
      yield* body(me, say);
      return 0;
    },
  })).said;

describe('openat', () => {
  it.each([
    ['/proc', 'self/comm'],
    ['/proc/', 'thread-self/comm'],
    ['/proc/self', 'comm'],
    ['/proc/self', 'task/1/comm'],
    ['/proc/thread-self', 'comm'],
    ['/proc/self/task', '1/comm'],
    ['/proc/self/task/1', 'comm'],
    ['/proc/1', 'comm'],
    ['/proc/sys', 'kernel//msg_next_id'],
    [SYS_KERNEL, 'ns_last_pid'],
    ['/proc/self', 'ns/ipc'],
    ['/proc/self/ns', 'pid'],
    ['/proc', 'self/task'],
  ])('finds in %s what open finds behind it: %s', (directory, name) => {
    const said = alone(function* (me, say) {
      const dirfd = yield open(me, directory, O_RDONLY | O_DIRECTORY);
      const [there, same] = [yield openat(me, dirfd, name), yield open(me, `${directory}/${name}`)];
      // Two descriptors of one file.
      say(dirfd, there, same, yield sys('flock', there, LOCK_EX | LOCK_NB));
      say(yield sys('flock', same, LOCK_EX | LOCK_NB), yield sys('flock', dirfd, LOCK_EX));
    });
    expect(said).toEqual([0, 1, 2, 0, fail('EAGAIN'), 0]);
  });

  it('looks at the descriptor only where the path is relative, and has something in it', () => {
    const said = alone(function* (me, say) {
      const comm = yield open(me, '/proc/self/comm');
      for (const dirfd of [9, comm, AT_FDCWD]) {
        say(yield openat(me, dirfd, '/proc/self/comm'), yield openat(me, dirfd, ''));
        say(yield openat(me, dirfd, 'comm'), yield sys('openat', dirfd, 1, 4, O_RDONLY));
      }
    });
    expect(said).toEqual([
      ...[1, ENOENT, EBADF, EFAULT],
      ...[2, ENOENT, ENOTDIR, EFAULT],
      ...[3, ENOENT, ENOENT, EFAULT],
    ]);
  });

  it('asks for directories where O_DIRECTORY or a last slash does, and never writes one', () => {
    const said = alone(function* (me, say) {
      const self = yield open(me, '/proc/self');
      say(yield openat(me, self, 'comm', O_RDWR | O_DIRECTORY), yield openat(me, self, 'comm/'));
      say(yield openat(me, self, 'comm/x'), yield openat(me, self, 'ns/ipc/x'));
      say(yield openat(me, self, 'ns/ipc', O_RDWR | O_DIRECTORY), yield openat(me, self, 'none/x'));
      say(yield openat(me, self, 'task', O_WRONLY), yield openat(me, self, 'ns', O_RDWR));
      say(yield openat(me, self, 'task/', O_RDONLY | O_CLOEXEC), yield open(me, '/proc/none'));
    });
    expect(said.slice(0, 6)).toEqual([ENOTDIR, ENOTDIR, ENOTDIR, ENOTDIR, ENOTDIR, ENOENT]);
    expect(said.slice(6)).toEqual([EISDIR, EISDIR, 1, ENOENT]);
  });

  it('asks for permission each time, and not when the directory is opened', () => {
    const said = alone(function* (me, say) {
      const kernel = yield open(me, SYS_KERNEL);
      const self = yield open(me, '/proc/self');
      yield sys('setuid', 1000);
      say(yield openat(me, kernel, 'msg_next_id', O_WRONLY), yield openat(me, self, 'ns'));
      say(yield openat(me, self, 'comm', O_WRONLY), yield openat(me, kernel, 'msg_next_id'));
    });
    expect(said).toEqual([EACCES, EACCES, EACCES, 2]);
  });

  it('finds the hint of the namespace of whoever asks, whoever opened the directory', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield open(me, SYS_KERNEL);
        yield sys('clone', CLONE_NEWIPC, 'inner');
        yield { until: () => all.length > 0, why: 'inner' };
        say(yield sys('msgget', IPC_PRIVATE, IPC_CREAT));
        return 0;
      },
      *inner(me) {
        const fd = yield openat(me, 0, 'msg_next_id', O_WRONLY);
        say(yield write(me, fd, '41'), yield sys('msgget', IPC_PRIVATE, IPC_CREAT));
        return 0;
      },
    }));
    expect(said).toEqual([2, 41, 0]);
  });

  it('finds the task whose directory was opened, by whoever it is found', () => {
    const { said, kernel } = trial((say, all) => ({
      *init(me) {
        yield open(me, '/proc/thread-self');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => all.length > 0, why: 'thread' };
        return 0;
      },
      *thread(me) {
        const fd = yield openat(me, 0, 'comm', O_WRONLY);
        say(yield write(me, fd, 'named'));
        return 0;
      },
    }));
    expect(said).toEqual([5]);
    expect(kernel.init.comm.v).toBe('named');
  });

  it('finds the zombie still, and nobody when it is reaped', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield sys('clone', CLONE_FILES, 'child');
        yield { until: () => all.length === 3, why: 'child' };
        for (const name of ['comm', 'ns/ipc', 'task/2/comm']) say(yield openat(me, 0, name));
        yield sys('wait4', -1, 0, 0);
        for (const dirfd of [0, 1, 2]) say(yield openat(me, dirfd, 'comm'));
        say(yield openat(me, 2, '2/comm'), yield openat(me, 0, 'ns/ipc'), yield* read(me, 0));
        return 0;
      },
      *child(me) {
        say(yield open(me, '/proc/self'), yield open(me, '/proc/thread-self'));
        say(yield open(me, '/proc/self/task'));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said.slice(0, 6)).toEqual([0, 1, 2, 3, ENOENT, 4]);
    expect(said.slice(6)).toEqual([ESRCH, ENOENT, ESRCH, ESRCH, ESRCH, EISDIR]);
  });

  it('walks the components of the relative path alone', () => {
    const work: unknown[] = [];
    const booted: ModelKernel[] = [];
    const count = () => {
      const [kernel] = booted;
      if (kernel !== undefined) work.push([kernel.ledger.components, kernel.ledger.fdOps]);
    };
    trial(
      () => ({
        *init(me) {
          const dirfd = yield open(me, '/proc/thread-self');
          count();
          yield openat(me, dirfd, 'comm');
          count();
          yield openat(me, dirfd, '/proc/thread-self/comm');
          count();
          return 0;
        },
      }),
      {},
      (kernel) => booted.push(kernel),
    );
    expect(work).toEqual([
      [5, 1],
      [6, 3],
      [12, 4],
    ]);
  });
});

describe('a directory', () => {
  it('is to be closed, moved in and locked, but neither read nor written', () => {
    const said = alone(function* (me, say) {
      const fd = yield open(me, SYS_KERNEL);
      say(yield* read(me, fd), yield sys('read', fd, 1, 0), yield sys('read', fd, 1, -1));
      say(yield write(me, fd, 'x'), yield sys('lseek', fd, 3, SEEK_SET));
      say(yield sys('lseek', fd, -1, SEEK_CUR), yield sys('lseek', fd, -3, SEEK_CUR));
      say(yield sys('lseek', fd, 2 ** 31 - 1, SEEK_END), yield sys('lseek', fd, 2 ** 31, SEEK_SET));
      say(yield sys('close', fd), yield openat(me, fd, 'msg_next_id'));
    });
    expect(said.slice(0, 5)).toEqual([EISDIR, EISDIR, EFAULT, EBADF, 3]);
    expect(said.slice(5)).toEqual([2, EINVAL, 2 ** 31 - 1, EINVAL, 0, EBADF]);
  });
});
