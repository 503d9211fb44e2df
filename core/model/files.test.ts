// SPDX-License-Identifier: MIT
/** Files that Linux has without any design: hints for ids, names of tasks; and how files are used. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  PR_SET_NAME,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../kernel/flags.ts';
import { putText } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const [EACCES, EBADF, EEXIST, EFAULT, EINVAL, ENOMEM, ENOSPC, EPERM, ESRCH] = (
  ['EACCES', 'EBADF', 'EEXIST', 'EFAULT', 'EINVAL', 'ENOMEM', 'ENOSPC', 'EPERM', 'ESRCH'] as const
).map(fail);

const LAST_PID = '/proc/sys/kernel/ns_last_pid';
const NEXT_MSG = '/proc/sys/kernel/msg_next_id';
const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);

const open = ({ memory }: Caller, path: string, flags = O_RDWR) =>
  sys('open', putText(memory, path), path.length, flags);
const write = ({ memory }: Caller, fd: number, text: string, bytes = text.length) =>
  sys('write', fd, putText(memory, text), bytes);

/** What was read, or -errno. */
function* read({ memory }: Caller, fd: number, bytes = 100): Program<number | string> {
  const address = memory.allocate(100);
  const got = yield sys('read', fd, address, bytes);
  return got < 0 ? got : got === 0 ? '' : memory.load(address);
}

/** What is in a file now, or -errno of opening or reading it. */
function* contents(me: Caller, path: string): Program<number | string> {
  const fd = yield open(me, path, O_RDONLY);
  if (fd < 0) return fd;
  const text = yield* read(me, fd);
  yield sys('close', fd);
  return text;
}

/** Writes into a file that is opened for it; the result of either. */
function* put(me: Caller, path: string, text: string): Program {
  const fd = yield open(me, path, O_WRONLY);
  if (fd < 0) return fd;
  const written = yield write(me, fd, text);
  yield sys('close', fd);
  return written;
}

/** Runs one program as init, and what it says. */
const alone = (body: (me: Caller, say: (...what: readonly unknown[]) => void) => Program<void>) =>
  trial((say) => ({
    *init(me) {
      yield* body(me, say);
      return 0;
    },
    *child() {
      return yield sys('exit_group', 0);
    },
  })).said;

describe('ns_last_pid', () => {
  it.each([
    ['what follows is the next', '7', 8],
    ['0 leaves 2, the first that is free', '0', 2],
    ['pid_max wraps around to what is not reserved', '4194304', 300],
    ['pid_max less one does, too', '4194303', 300],
    ['a number in use is passed over', '1', 2],
  ])('moves the cursor: %s', (_, text, pid) => {
    const said = alone(function* (me, say) {
      say(yield* contents(me, LAST_PID), yield* put(me, LAST_PID, text));
      say(yield* contents(me, LAST_PID), yield sys('fork', 'child'));
      say(yield* contents(me, LAST_PID));
    });
    expect(said).toEqual(['1\n', text.length, `${text}\n`, pid, `${pid}\n`]);
  });

  it('is open to all, and to be written by who may choose numbers', () => {
    const said = alone(function* (me, say) {
      yield sys('setuid', 1000);
      const fd = yield open(me, LAST_PID);
      say(fd, yield write(me, fd, '7'), yield write(me, fd, ''), yield sys('write', fd, 1, 1));
      say(yield* read(me, fd));
    });
    expect(said).toEqual([0, EPERM, EPERM, EFAULT, '1\n']);
  });

  it('is of the pid namespace of whoever uses it, whoever opened it', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const fd = yield open(me, LAST_PID);
        yield sys('clone', CLONE_NEWPID, 'inner');
        yield { until: () => all.length > 0, why: 'inner' };
        say(fd, yield* read(me, fd));
        return 0;
      },
      *inner(me) {
        say(yield write(me, 0, '41'), yield sys('fork', 'leaf'));
        return 0;
      },
      *leaf() {
        return yield sys('pause');
      },
    }));
    // The position is shared, and what is not at 0 reads as nothing.
    expect(said).toEqual([2, 42, 0, '']);
  });
});

describe('a next_id', () => {
  it.each([
    ['msg', QUEUE],
    ['sem', sys('semget', IPC_PRIVATE, 1, IPC_CREAT)],
    ['shm', sys('shmget', IPC_PRIVATE, 1, IPC_CREAT)],
  ])('of %s is taken by the next that is made, and by none after it', (type, get) => {
    const path = `/proc/sys/kernel/${type}_next_id`;
    const said = alone(function* (me, say) {
      say(yield get, yield* contents(me, path), yield* put(me, path, '100002'));
      say(yield* contents(me, path), yield get, yield* contents(me, path), yield get);
    });
    expect(said).toEqual([0, '-1\n', 6, '100002\n', 100002, '-1\n', 1]);
  });

  it('whose index is in use gives the next free one, without an error', () => {
    const said = alone(function* (me, say) {
      for (const id of ['5000', '37768', '5002', '5001']) {
        yield* put(me, NEXT_MSG, id);
        say(yield QUEUE);
      }
    });
    expect(said).toEqual([5000, 32768 + 5001, 5002, 5003]);
  });

  it('is gone after an attempt that finds no index', () => {
    const said = alone(function* (me, say) {
      for (let n = 0; n < 2; n++) {
        yield* put(me, NEXT_MSG, '2147483647');
        say(yield QUEUE, yield* contents(me, NEXT_MSG));
      }
    });
    expect(said).toEqual([2147483647, '-1\n', ENOSPC, '-1\n']);
  });

  it('is left for the next by a call that does not get as far as to try', () => {
    const said = alone(function* (me, say) {
      say(yield sys('msgget', 5, IPC_CREAT), yield* put(me, NEXT_MSG, '7777'));
      say(yield sys('msgget', 5, IPC_CREAT | IPC_EXCL), yield sys('msgget', 5, 0));
      say(yield* contents(me, NEXT_MSG), yield QUEUE);
    });
    expect(said).toEqual([0, 4, EEXIST, 0, '7777\n', 7777]);
  });

  it('without privilege can be read, not opened for writing, and not written', () => {
    const said = alone(function* (me, say) {
      const fd = yield open(me, NEXT_MSG);
      yield sys('setuid', 1000);
      say(yield open(me, NEXT_MSG, O_WRONLY), yield open(me, NEXT_MSG, O_RDWR));
      say(yield* contents(me, NEXT_MSG), yield write(me, fd, '7'), yield sys('write', fd, 1, 1));
    });
    expect(said).toEqual([EACCES, EACCES, '-1\n', EPERM, EPERM]);
  });

  it('is of the IPC namespace of whoever opened it', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        say(yield open(me, NEXT_MSG), yield sys('clone', CLONE_NEWIPC, 'inner'));
        yield { until: () => all.length === 5, why: 'inner' };
        say(yield QUEUE);
        return 0;
      },
      *inner(me) {
        say(yield write(me, 0, '41'), yield* contents(me, NEXT_MSG), yield QUEUE);
        return 0;
      },
    }));
    expect(said).toEqual([0, 2, 2, '-1\n', 0, 41]);
  });

  it.each<[string, number | string, number]>([
    ['12 34', '12\n', 3],
    [' 5\n', '5\n', 3],
    ['7\t ', '7\n', 3],
    ['', '-1\n', 0],
    ['2147483647', '2147483647\n', 10],
    ['0x10', '16\n', 4],
    ['010', '8\n', 3],
    ['-0', '0\n', 2],
    ['00000000000000000001 ', '1\n', 21],
    [`9${' '.repeat(5000)}`, '9\n', 5001],
    ...['2147483648', '-1', 'x', '12x', '08', '0x', '-', '+1', ' ', '7\0', '7\v', '1,2'].map(
      (text): [string, string, number] => [text, '-1\n', EINVAL ?? 0],
    ),
    ['000000000000000000001', '-1\n', EINVAL ?? 0],
  ])('takes "%s" as %j', (text, value, result) => {
    const said = alone(function* (me, say) {
      say(yield* put(me, NEXT_MSG, text), yield* contents(me, NEXT_MSG));
    });
    expect(said).toEqual([result, value]);
  });

  it('is written at its beginning and nowhere else, and read there', () => {
    const said = alone(function* (me, say) {
      const fd = yield open(me, NEXT_MSG);
      say(yield write(me, fd, '12 34'), yield write(me, fd, 'nonsense'), yield* read(me, fd));
      say(yield sys('lseek', fd, 0, SEEK_CUR), yield sys('lseek', fd, 0, SEEK_SET));
      say(yield* read(me, fd, 1), yield* read(me, fd), yield sys('lseek', fd, 0, SEEK_END));
      say(yield* read(me, fd), yield sys('lseek', fd, -1, SEEK_SET), yield sys('lseek', fd, 0, 9));
      say(yield sys('write', fd, 1, 4194304), yield sys('read', fd, 1, 4194304));
    });
    expect(said.slice(0, 5)).toEqual([3, 8, '', 11, 0]);
    expect(said.slice(5)).toEqual(['1', '', 0, '12\n', EINVAL, EINVAL, ENOMEM, ENOMEM]);
  });
});

describe('comm', () => {
  it.each(['/proc/self/comm', '/proc/thread-self/comm', '/proc/1/task/1/comm'])(
    'is the name, at %s',
    (path) => {
      const said = alone(function* (me, say) {
        yield sys('prctl', PR_SET_NAME, putText(me.memory, 'first'));
        say(yield* contents(me, path), yield* put(me, path, 'a name of more than 15'));
        say(yield* contents(me, path), yield* put(me, path, 'a\nb\0c'), yield* contents(me, path));
        say(yield* put(me, path, ''), yield* contents(me, path));
      });
      expect(said).toEqual(['first\n', 22, 'a name of more \n', 5, 'a\nb\n', 0, '\n']);
    },
  );

  it('is to be written by threads of the same process, whatever their user, and by no others', () => {
    const { said, kernel } = trial((say, all) => ({
      *init(me) {
        const fd = yield open(me, '/proc/self/comm');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => all.length === 3, why: 'thread' };
        yield sys('fork', 'child');
        yield { until: () => all.length === 5, why: 'child' };
        yield sys('setuid', 1000);
        say(
          fd,
          yield* put(me, '/proc/self/comm', 'x'),
          yield* put(me, '/proc/thread-self/comm', 'x'),
        );
        return 0;
      },
      *thread(me) {
        say(yield write(me, 0, 'named'), yield* put(me, '/proc/thread-self/comm', 'thread'));
        say(yield* contents(me, '/proc/self/comm'));
        return 0;
      },
      *child(me) {
        say(yield write(me, 0, 'child'), yield* read(me, 0));
        return 0;
      },
    }));
    expect(said).toEqual([5, 6, 'named\n', EINVAL, 'named\n', 0, EACCES, 1]);
    expect(kernel.init.comm.v).toBe('x');
  });

  it('is handed out as it was when reading began', () => {
    const said = alone(function* (me, say) {
      const fd = yield open(me, '/proc/self/comm');
      yield write(me, fd, 'before');
      say(yield* read(me, fd, 3), yield write(me, fd, 'after'), yield* read(me, fd));
      say(yield* read(me, fd), yield sys('lseek', fd, 2, SEEK_SET), yield* read(me, fd));
      say(yield sys('lseek', fd, -6, SEEK_CUR), yield* read(me, fd), yield sys('read', fd, 1, 1));
      yield sys('lseek', fd, 0, SEEK_SET);
      say(yield sys('read', fd, 1, 1), yield* read(me, fd, 0), yield sys('lseek', fd, 0, SEEK_END));
    });
    expect(said.slice(0, 6)).toEqual(['bef', 5, 'ore\n', '', 2, 'ter\n']);
    expect(said.slice(6)).toEqual([0, 'after\n', 0, EFAULT, '', EINVAL]);
  });

  it('of a task that is gone is ESRCH', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield sys('clone', CLONE_FILES, 'child');
        yield { until: () => all.length === 1, why: 'child' };
        yield sys('wait4', -1, 0, 0);
        say(yield* read(me, 0), yield write(me, 0, 'x'), yield sys('lseek', 0, 3, SEEK_SET));
        return 0;
      },
      *child(me) {
        say(yield open(me, '/proc/self/comm'));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([0, ESRCH, ESRCH, ESRCH]);
  });
});

describe('descriptors', () => {
  it('are what they were opened for, until they are closed', () => {
    const said = alone(function* (me, say) {
      const [reads, writes] = [
        yield open(me, NEXT_MSG, O_RDONLY),
        yield open(me, NEXT_MSG, O_WRONLY),
      ];
      say(yield write(me, reads, '1'), yield* read(me, writes), yield sys('read', reads, 1, -1));
      say(yield sys('write', writes, 1, -1), yield sys('close', reads), yield* read(me, reads));
      say(
        yield sys('lseek', reads, 0, SEEK_SET),
        yield sys('close', reads),
        yield open(me, NEXT_MSG),
      );
    });
    expect(said).toEqual([EBADF, EBADF, EFAULT, EFAULT, 0, EBADF, EBADF, EBADF, 0]);
  });

  it('are copied by fork, with the position shared, and shared by CLONE_FILES', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const fd = yield open(me, NEXT_MSG);
        yield sys('fork', 'copy');
        yield { until: () => all.length === 2, why: 'copy' };
        say(yield* read(me, fd));
        yield sys('clone', CLONE_FILES, 'sharer');
        yield { until: () => all.length === 4, why: 'sharer' };
        say(yield* read(me, fd));
        return 0;
      },
      *copy(me) {
        say(yield* read(me, 0), yield sys('close', 0));
        return 0;
      },
      *sharer() {
        say(yield sys('close', 0));
        return 0;
      },
    }));
    expect(said).toEqual(['-1\n', 0, '', 0, EBADF]);
  });
});
