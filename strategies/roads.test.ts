// SPDX-License-Identifier: MIT
/** What each design does on its own road: files, records, wrapped calls. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WANT_NUMBERS, type WantKind } from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import {
  CLONE_A_THREAD,
  EXECUTABLE,
  IPC_CREAT,
  IPC_PRIVATE,
  O_RDONLY,
  O_WRONLY,
  SECCOMP_SET_MODE_FILTER,
} from '../core/kernel/flags.ts';
import { putText } from '../core/kernel/memory.ts';
import { directBy } from '../core/kernel/scenario.ts';
import { type Caller, sys } from '../core/kernel/syscall.ts';
import { trial } from '../core/model/trial.ts';
import { becomes } from '../properties/images.ts';
import { indirect } from './indirect.ts';
import { format, parse, procfs } from './procfs.ts';
import { setter } from './setter.ts';

const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
const FILE = 'next_syscall_data';

const open = ({ memory }: Caller, path: string, flags = O_WRONLY) =>
  sys('open', putText(memory, path), path.length, flags);
const write = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

describe('the file of procfs', () => {
  it.each([
    `/proc/self/task/1/${FILE}`,
    `/proc/1/task/1/${FILE}`,
    `/proc/thread-self/${FILE}`,
    `//proc//thread-self/${FILE}`,
  ])('is at %s', (path) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const fd = yield open(me, path);
          say(yield write(me, fd, 'msg LONG1 101\n'), yield sys('close', fd), yield QUEUE);
          return 0;
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([14, 0, 101]);
  });

  it.each([
    [`/proc/self/${FILE}`, 'ENOENT'],
    [`/proc/self/task/2/${FILE}`, 'ENOENT'],
    [`/proc/2/task/2/${FILE}`, 'ENOENT'],
    [`/proc/thread-self/${FILE}/more`, 'ENOTDIR'],
    ['/proc/thread-self/other', 'ENOENT'],
    ['/proc', 'EISDIR'],
    ['/etc/passwd', 'ENOENT'],
    [`proc/thread-self/${FILE}`, 'ENOENT'],
    ['', 'ENOENT'],
  ] as const)('is not at "%s": %s', (path, errno) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield open(me, path));
          return 0;
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([fail(errno)]);
  });

  it('is not below the directory of a process that its thread is not of', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('fork', 'child');
          say(yield open(me, `/proc/1/task/2/${FILE}`), yield open(me, `/proc/2/task/2/${FILE}`));
          return 0;
        },
        *child() {
          return yield sys('pause');
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([fail('ENOENT'), 0]);
  });

  it('is of the thread, and no other thread of the process may arm it', () => {
    const { said } = trial(
      (say, all) => ({
        *init() {
          yield sys('clone', CLONE_A_THREAD, 'thread');
          yield { until: () => all.length === 3, why: 'the thread' };
          say(yield QUEUE);
          return 0;
        },
        *thread(me) {
          const others = yield open(me, `/proc/self/task/1/${FILE}`);
          say(yield write(me, others, 'msg LONG1 101\n'));
          const own = yield open(me, `/proc/self/task/2/${FILE}`);
          say(yield write(me, own, 'msg LONG1 102\n'), yield QUEUE);
          return 0;
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([fail('EACCES'), 14, 102, 0]);
  });

  it('opens for its owner, for writing, and takes whole values', () => {
    const { said } = trial(
      (say, all) => ({
        *init(me) {
          const fd = yield open(me, `/proc/self/task/1/${FILE}`, O_RDONLY);
          say(fd, yield write(me, fd, 'msg LONG1 101\n'), yield sys('close', fd));
          say(yield sys('close', fd), yield write(me, 9, 'msg LONG1 101\n'));
          say(yield open(me, `/proc/self/task/1/${FILE}`, 3));
          const own = yield open(me, `/proc/self/task/1/${FILE}`);
          say(yield write(me, own, 'msg LONG1\n'), yield sys('write', own, 99, 5));
          yield sys('fork', 'nobody');
          yield { until: () => all.length === 9, why: 'nobody' };
          return 0;
        },
        *nobody(me) {
          yield sys('setuid', 1000);
          say(yield open(me, `/proc/1/task/1/${FILE}`));
          return 0;
        },
      }),
      procfs.kernel,
    );
    const EBADF = fail('EBADF');
    expect(said.slice(0, 6)).toEqual([0, EBADF, 0, EBADF, EBADF, fail('EINVAL')]);
    expect(said.slice(6)).toEqual([fail('EINVAL'), fail('EFAULT'), fail('EACCES')]);
  });

  it('of a task that is gone is ESRCH to write', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('fork', 'child');
          const fd = yield open(me, `/proc/2/task/2/${FILE}`);
          yield sys('wait4', -1, 0, 0);
          say(fd, yield write(me, fd, 'msg LONG1 101\n'));
          return 0;
        },
        *child() {
          return yield sys('exit_group', 0);
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([0, fail('ESRCH')]);
  });

  it('runs out of descriptors with EMFILE, and gives the lowest free one', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const path = `/proc/thread-self/${FILE}`;
          const address = putText(me.memory, path);
          let last = 0;
          for (let n = 0; n <= 1024; n++) last = yield sys('open', address, path.length, O_WRONLY);
          yield sys('close', 500);
          say(last, yield sys('open', address, path.length, O_WRONLY));
          return 0;
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([fail('EMFILE'), 500]);
  });

  it('understands what it prints, and nothing else', () => {
    const kind = fc.constantFrom(...(Object.keys(WANT_NUMBERS) as WantKind[]));
    const values = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(kind, values, (name, numbers) => {
        const text = `${name} LONG${numbers.length} ${numbers.join(' ')}`;
        const want = { kind: name, values: numbers };
        expect(format(want)).toBe(`${text}\n`);
        expect(parse(`${text}\n`)).toEqual(want);
        for (const not of [text, `${text}\n\n`, `${text} 1\n`, ` ${text}\n`]) {
          expect(parse(not)).toBeNull();
        }
      }),
      { seed: 3 },
    );
  });

  it.each(['', 'msg', 'LONG1 5', 'msg LONG 5', 'msg LONG0', 'msg LONG1 x', 'msg LONG1 -5'])(
    'does not understand "%s"',
    (text) => expect(parse(`${text}\n`)).toBeNull(),
  );

  it.each(['msg LONG2 5', 'no LONG1 5', 'msg LONG1 5.5', 'msg  LONG1 5', 'toString LONG1 5'])(
    'does not understand "%s"',
    (text) => expect(parse(`${text}\n`)).toBeNull(),
  );
});

/** A record in memory: 32-bit kind and count, then 64-bit values. */
function record({ memory }: Caller, kind: number, count: number, ...values: number[]): number {
  const address = memory.allocate(8 + 8 * values.length);
  memory.store(address, kind);
  memory.store(address + 4, count);
  for (const [n, value] of values.entries()) memory.store(address + 8 + 8 * n, value);
  return address;
}

describe('the call of setter', () => {
  it.each([
    ['a record', 2, 1, 16, 0],
    ['a kind that nobody knows', 99, 1, 16, fail('EINVAL')],
    ['a count that is not its size', 2, 2, 16, fail('EINVAL')],
    ['no values', 2, 0, 8, fail('EINVAL')],
    ['a size below 0', 2, 1, -16, fail('EINVAL')],
    ['a size beyond the limit', 2, 1, 1e9, fail('EINVAL')],
  ])('with %s', (_, kind, count, bytes, result) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield sys('set_next_syscall_data', record(me, kind, count, 101), bytes));
          say(yield QUEUE);
          return 0;
        },
      }),
      setter.kernel,
    );
    expect(said).toEqual([result, result === 0 ? 101 : 0]);
  });

  it('replaces a value that nobody took', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('set_next_syscall_data', record(me, 2, 1, 101), 16);
          yield sys('set_next_syscall_data', record(me, 2, 1, 102), 16);
          say(yield QUEUE, yield QUEUE);
          return 0;
        },
      }),
      setter.kernel,
    );
    expect(said).toEqual([102, 0]);
  });

  it('keeps the value for the first call that understands it', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('set_next_syscall_data', record(me, 2, 1, 101), 16);
          say(yield sys('getpid'), yield sys('semget', IPC_PRIVATE, 1, 0o600), yield QUEUE);
          return 0;
        },
      }),
      setter.kernel,
    );
    expect(said).toEqual([1, 0, 101]);
  });
});

describe('sys_indirect', () => {
  const registers = ({ memory }: Caller, name: string, ...args: number[]) => {
    const address = memory.allocate(56);
    for (const [n, value] of [name, ...args].entries()) memory.store(address + 8 * n, value);
    return address;
  };

  it('asks the filters of the task about the call that it wraps', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const refused = 'msgget';
          const filter = putText(me.memory, refused);
          yield sys('seccomp', SECCOMP_SET_MODE_FILTER, 0, filter, refused.length);
          const get = registers(me, 'msgget', IPC_PRIVATE, IPC_CREAT);
          const other = registers(me, 'semget', IPC_PRIVATE, 1, IPC_CREAT);
          say(yield QUEUE, yield sys('indirect', get, record(me, 2, 1, 101), 16, 0));
          say(yield sys('indirect', other, record(me, 3, 1, 101), 16, 0));
          return 0;
        },
      }),
      indirect.kernel,
    );
    expect(said).toEqual([fail('EPERM'), fail('EPERM'), 101]);
  });

  it('refuses flags, calls that are not listed, and itself', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const params = record(me, 2, 1, 101);
          const get = registers(me, 'msgget', IPC_PRIVATE, IPC_CREAT);
          say(yield sys('indirect', get, params, 16, 1));
          say(yield sys('indirect', registers(me, 'getpid'), params, 16, 0));
          say(yield sys('indirect', registers(me, 'indirect', get, params, 16), params, 16, 0));
          say(yield sys('indirect', 99, params, 16, 0), yield sys('indirect', get, 99, 16, 0));
          say(yield sys('indirect', get, params, 24, 0), yield sys('indirect', get, params, 16, 0));
          return 0;
        },
      }),
      indirect.kernel,
    );
    const [EINVAL, EFAULT] = [fail('EINVAL'), fail('EFAULT')];
    expect(said).toEqual([EINVAL, EINVAL, EINVAL, EFAULT, EFAULT, EINVAL, 101]);
  });

  it('takes nothing from another image than the one that opened it', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const fd = yield open(me, `/proc/thread-self/${FILE}`);
          say(yield write(me, fd, 'msg LONG1 101\n'), yield QUEUE);
          return yield* becomes(me, 'new image', EXECUTABLE);
        },
        *'new image'(me) {
          say(yield write(me, 0, 'msg LONG1 102\n'), yield QUEUE);
          const fd = yield open(me, `/proc/thread-self/${FILE}`);
          say(yield write(me, fd, 'msg LONG1 103\n'), yield QUEUE);
          return 0;
        },
      }),
      procfs.kernel,
    );
    expect(said).toEqual([14, 101, fail('EPERM'), 0, 14, 103]);
  });
});

describe('a descriptor of the directory', () => {
  const { openat } = procfs.variants ?? {};
  if (openat === undefined) throw new Error('procfs has no such variant');

  it('is opened once a thread, and the file in it each time', () => {
    const made: string[] = [];
    const direct = directBy(openat);
    const { said } = trial(
      (say) => ({
        *init(me) {
          for (const id of [101, 102]) {
            say(yield* direct(me, { kind: 'msg', values: [id] }, QUEUE));
          }
          return 0;
        },
      }),
      { ...procfs.kernel, entry: (_kernel, _current, call) => made.push(call) },
    );
    expect(said).toEqual([101, 102]);
    const each = ['openat', 'write', 'close', 'msgget'];
    expect(made).toEqual(['open', ...each, ...each]);
  });

  it('where there is no such file makes no call', () => {
    const direct = directBy(openat);
    const { said } = trial((say) => ({
      *init(me) {
        say(yield* direct(me, { kind: 'msg', values: [101] }, QUEUE), yield QUEUE);
        return 0;
      },
    }));
    expect(said).toEqual([fail('ENOENT'), 0]);
  });
});
