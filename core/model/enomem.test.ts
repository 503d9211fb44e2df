// SPDX-License-Identifier: MIT
/**
 * Want of memory: each call that allocates, with each of its allocations failing, returns the right
 * error and leaves the kernel, down to its last cell, as it was; made again, it does what it would have.
 */
import { describe, expect, it } from 'vitest';
import { Cell } from '../explore/cell.ts';
import { type Errno, fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_PRIVATE,
  LOCK_EX,
  O_RDONLY,
  O_RDWR,
  SECCOMP_SET_MODE_FILTER,
  SEEK_SET,
} from '../kernel/flags.ts';
import { MSQID_DS, putNumbers, putStruct, putText, SEMID_DS, SHMID_DS } from '../kernel/memory.ts';
import type { KernelHalf } from '../kernel/strategy.ts';
import { type Caller, type Program, type Syscall, sys } from '../kernel/syscall.ts';
import type { ModelKernel } from './kernel.ts';
import { PLAIN_LINUX } from './table.ts';
import type { Task } from './task.ts';
import { trial } from './trial.ts';

/** Every cell that can be reached from the kernel, by its path; which objects are the same, too. */
function snapshot(kernel: ModelKernel): Record<string, unknown> {
  const cells: Record<string, unknown> = {};
  const seen = new Map<object, string>();
  const look = (value: unknown, path: string): void => {
    if (typeof value === 'function' || value === undefined) return;
    if (typeof value !== 'object' || value === null) {
      cells[path] = value;
      return;
    }
    const known = seen.get(value);
    if (known !== undefined && !(value instanceof Cell)) cells[path] = `is ${known}`;
    if (known !== undefined) return;
    seen.set(value, path);
    if (value instanceof Cell) {
      look(value.raw, path);
    } else if (value instanceof Map) {
      for (const [key, of] of value) look(of, `${path}[${key}]`);
    } else {
      for (const [key, of] of Object.entries(value)) {
        // What was counted is no state, and a map that nobody asked yet is an empty one.
        const isState = key !== 'ledger' && key !== 'away' && (key !== 'cells' || of !== null);
        if (isState) look(of, `${path}.${key}`);
      }
    }
  };
  look(kernel, 'kernel');
  return cells;
}

type Prepare = (me: Caller) => Program<Syscall>;

/** Makes a call whose nth allocation fails, and then makes it once more; 0: none fails. */
function run(prepare: Prepare, nth: number, half: KernelHalf = {}) {
  let made: ModelKernel | null = null;
  const results: number[] = [];
  const shots: Record<string, unknown>[] = [];
  let allocations = 0;
  trial(
    () => ({
      *init(me) {
        const kernel = made as ModelKernel;
        const call = yield* prepare(me);
        const before = kernel.ledger.allocations;
        const { allocates } = kernel;
        kernel.allocates = (task: Task) => {
          const isIt = kernel.ledger.allocations - before === nth - 1;
          return allocates.call(kernel, task) && !isIt;
        };
        shots.push(snapshot(kernel));
        results.push(yield call);
        if (results[0] !== undefined && results[0] < 0) shots.push(snapshot(kernel));
        allocations = kernel.ledger.allocations - before;
        kernel.allocates = allocates;
        if (nth > 0) results.push(yield call);
        return 0;
      },
      *child() {
        return yield sys('pause');
      },
    }),
    half,
    (kernel) => {
      made = kernel;
    },
  );
  return { results, shots, allocations };
}

const NEXT_MSG = '/proc/sys/kernel/msg_next_id';
const COMM = '/proc/self/comm';

const plain = (call: Syscall): Prepare =>
  function* () {
    return call;
  };

const opens = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_RDWR);

/** Something is open, so that there is more to copy and to let go. */
const opened = (call: Syscall): Prepare =>
  function* (me) {
    yield opens(me, COMM);
    return call;
  };

/** And a segment is attached. */
const attached = (call: Syscall): Prepare =>
  function* () {
    yield sys('shmat', yield sys('shmget', IPC_PRIVATE, 4096, IPC_CREAT | 0o600), 0);
    return call;
  };

const withFd = (path: string, call: (fd: number, me: Caller) => Syscall): Prepare =>
  function* (me) {
    return call(yield opens(me, path), me);
  };

const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);

const CASES: readonly [string, Prepare, allocations: number, errno?: Errno][] = [
  ['fork', plain(sys('fork', 'child')), 6],
  ['clone of a thread', plain(sys('clone', CLONE_A_THREAD, 'child')), 2],
  ['clone into namespaces', plain(sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'child')), 8],
  ['clone that shares files', opened(sys('clone', CLONE_FILES, 'child')), 5],
  ['unshare', opened(sys('unshare', CLONE_FILES | CLONE_NEWIPC | CLONE_NEWPID)), 3],
  ['msgget', plain(sys('msgget', 7, IPC_CREAT | 0o600)), 1],
  ['semget', plain(sys('semget', 7, 2, IPC_CREAT | 0o600)), 1],
  ['shmget', plain(sys('shmget', 7, 100, IPC_CREAT | 0o600)), 1],
  [
    'shmat',
    function* () {
      return sys('shmat', yield sys('shmget', 7, 100, IPC_CREAT | 0o600), 0);
    },
    1,
  ],
  [
    'msgsnd',
    function* ({ memory }) {
      const address = memory.allocate(16);
      memory.store(address, 1);
      return sys('msgsnd', yield QUEUE, address, 8, 0);
    },
    1,
  ],
  ['setuid', plain(sys('setuid', 1000)), 1],
  ['setgid', plain(sys('setgid', 1000)), 1],
  ['setreuid', plain(sys('setreuid', 1000, 1000)), 1],
  ['setresuid', plain(sys('setresuid', -1, 1000, -1)), 1],
  [
    'capset',
    function* ({ memory }) {
      const header = putNumbers(memory, 4, [0x20080522, 0]);
      return sys('capset', header, putNumbers(memory, 4, [0, 0, 0, 0, 0, 0]));
    },
    1,
  ],
  [
    'timer_create',
    function* ({ memory }) {
      return sys('timer_create', 1, 0, memory.allocate(8));
    },
    1,
    'EAGAIN',
  ],
  [
    'open',
    function* (me) {
      return opens(me, COMM);
    },
    1,
  ],
  [
    'openat',
    function* ({ memory }) {
      const dirfd = yield sys('open', putText(memory, '/proc/self'), 10, O_RDONLY);
      return sys('openat', dirfd, putText(memory, 'comm'), 4, O_RDONLY);
    },
    1,
  ],
  ['read of a seq_file', withFd(COMM, (fd, me) => sys('read', fd, me.memory.allocate(16), 16)), 1],
  ['lseek in a seq_file', withFd(COMM, (fd) => sys('lseek', fd, 3, SEEK_SET)), 1],
  ['read of a sysctl', withFd(NEXT_MSG, (fd, me) => sys('read', fd, me.memory.allocate(8), 8)), 1],
  [
    'write of a sysctl',
    withFd(NEXT_MSG, (fd, me) => sys('write', fd, putText(me.memory, '7'), 1)),
    1,
  ],
  ['pidfd_open', plain(sys('pidfd_open', 1, 0)), 1],
  [
    'setns',
    function* (me) {
      const path = '/proc/self/ns/ipc';
      const fd = yield sys('open', putText(me.memory, path), path.length, O_RDONLY);
      yield sys('unshare', CLONE_NEWIPC);
      return sys('setns', fd, CLONE_NEWIPC);
    },
    1,
  ],
  ['flock', withFd(COMM, (fd) => sys('flock', fd, LOCK_EX)), 1],
  [
    'seccomp',
    function* ({ memory }) {
      const text = 'getppid';
      return sys('seccomp', SECCOMP_SET_MODE_FILTER, 0, putText(memory, text), text.length);
    },
    1,
  ],
];

describe('want of memory', () => {
  it.each(CASES)('in %s undoes it', (_, prepare, allocations, errno = 'ENOMEM') => {
    const whole = run(prepare, 0);
    expect(whole.allocations).toBe(allocations);
    for (let nth = 1; nth <= allocations; nth++) {
      const { results, shots } = run(prepare, nth);
      expect([nth, ...results]).toEqual([nth, fail(errno), whole.results[0]]);
      expect(shots[1]).toEqual(shots[0]);
    }
  });

  it('is noticed where something of a failed call stays', () => {
    const leaks: KernelHalf = {
      syscalls: {
        *fork(kernel, current, program) {
          const forks = PLAIN_LINUX.fork(kernel as ModelKernel, current as Task, program);
          const result = typeof forks === 'number' ? forks : yield* forks;
          if (result < 0) (current as Task).files.users.v += 1;
          return result;
        },
      },
    };
    const { results, shots } = run(plain(sys('fork', 'child')), 3, leaks);
    expect(results).toEqual([fail('ENOMEM'), 2]);
    expect(shots[1]).not.toEqual(shots[0]);
  });

  it('is found before a bad text is, and before privilege is asked for', () => {
    const queue: Prepare = function* (me) {
      const address = putNumbers(me.memory, 8, [1]);
      return sys('msgsnd', yield QUEUE, address, 100, 0);
    };
    expect(run(queue, 0).results).toEqual([fail('EFAULT')]);
    expect(run(queue, 1).results).toEqual([fail('ENOMEM'), fail('EFAULT')]);
    const stranger: Prepare = function* () {
      yield sys('setuid', 1000);
      return sys('setuid', 0);
    };
    expect(run(stranger, 0).results).toEqual([fail('EPERM')]);
    expect(run(stranger, 1).results).toEqual([fail('ENOMEM'), fail('EPERM')]);
  });

  it('after memory was copied shows in a segment as a detach', () => {
    const { results, shots } = run(attached(sys('fork', 'child')), 6);
    expect(results).toEqual([fail('ENOMEM'), 2]);
    const [before = {}, after = {}] = shots;
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.map((path) => path.split('.').at(-1))).toEqual(['dtime']);
  });
});

describe('want of memory for a wanted state', () => {
  // The last users of an object may be dead, and then each takes a struct pid.
  const GONE = [7000, 7001];
  const STATES: readonly [string, Syscall, (id: number, me: Caller) => Syscall, KernelHalf][] = [
    [
      'msgctl',
      QUEUE,
      (id, me) => sys('msgctl', id, 1, putStruct(me.memory, MSQID_DS, { qbytes: 100 })),
      {
        syscalls: {
          msgctl: (kernel, current, ...args) =>
            kernel.doMsgctl(current, args, { kind: 'msg_state', values: [...GONE, 1, 2, 3] }),
        },
      },
    ],
    [
      'semctl',
      sys('semget', IPC_PRIVATE, 2, IPC_CREAT | 0o600),
      (id, me) => sys('semctl', id, 0, 1, putStruct(me.memory, SEMID_DS, { mode: 0o400 })),
      {
        syscalls: {
          semctl: (kernel, current, ...args) =>
            kernel.doSemctl(current, args, { kind: 'sem_state', values: [1, 2, ...GONE] }),
        },
      },
    ],
    [
      'shmctl',
      sys('shmget', IPC_PRIVATE, 100, IPC_CREAT | 0o600),
      (id, me) => sys('shmctl', id, 1, putStruct(me.memory, SHMID_DS, { mode: 0o400 })),
      {
        syscalls: {
          shmctl: (kernel, current, ...args) =>
            kernel.doShmctl(current, args, { kind: 'shm_state', values: [...GONE, 1, 2, 3] }),
        },
      },
    ],
  ];

  it.each(STATES)('leaves the object as it was: %s', (_, create, call, half) => {
    const prepare: Prepare = function* (me) {
      return call(yield create, me);
    };
    expect(run(prepare, 0, half)).toMatchObject({ results: [0], allocations: 2 });
    for (const nth of [1, 2]) {
      const { results, shots } = run(prepare, nth, half);
      expect(results).toEqual([fail('ENOMEM'), 0]);
      expect(shots[1]).toEqual(shots[0]);
    }
  });
});
