// SPDX-License-Identifier: MIT
/** execve and what becomes of a task by it, by fs/exec.c and security/commoncap.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { explore } from '../explore/graph.ts';
import type { System } from '../explore/machine.ts';
import { replay } from '../explore/replay.ts';
import { type Errno, fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_VM,
  EXECUTABLE,
  IPC_PRIVATE,
  IPC_STAT,
  O_CLOEXEC,
  O_RDONLY,
  PR_SET_NAME,
  PR_SET_NO_NEW_PRIVS,
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
  SA_NOCLDWAIT,
  SETUID_EXECUTABLE,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGKILL,
  SIGSEGV,
  SIGUSR1,
  SIGUSR2,
  WALL,
  WCLONE,
  WNOHANG,
} from '../kernel/flags.ts';
import {
  CLONE_ARGS,
  getStruct,
  putNumbers,
  putStruct,
  putText,
  SHMID_DS,
  SIGACTION,
} from '../kernel/memory.ts';
import { type Caller, type Program, type ProgramBody, sys } from '../kernel/syscall.ts';
import { CAP_EMPTY_SET, CAP_FULL_SET } from './cred.ts';
import { ModelKernel } from './kernel.ts';
import type { Task } from './task.ts';
import { trial } from './trial.ts';

const exec = ({ memory }: Caller, program: string, path = EXECUTABLE) =>
  sys('execve', program, putText(memory, path), path.length);
const open = ({ memory }: Caller, path: string, flags = O_RDONLY) =>
  sys('open', putText(memory, path), path.length, flags);
const lseek = (fd: number) => sys('lseek', fd, 0, 0);

const bit = (signal: number) => 1 << (signal - 1);

const mask = ({ memory }: Caller, how: number, set: number) =>
  sys('rt_sigprocmask', how, putNumbers(memory, 8, [set]), 0, 8);

const action = ({ memory }: Caller, signal: number, handler: number, flags = 0, program = '') =>
  sys('rt_sigaction', program, signal, putStruct(memory, SIGACTION, { handler, flags }), 0, 8);

/** What rt_sigaction says of a signal. */
function* actionOf({ memory }: Caller, signal: number): Program<string> {
  const address = memory.allocate(SIGACTION.bytes);
  yield sys('rt_sigaction', '', signal, 0, address, 8);
  const { handler, flags, mask } = getStruct(memory, address, SIGACTION);
  return `${handler} ${flags} ${mask}`;
}

function* pauses(): Program {
  return yield sys('pause');
}

const ends = (code = 0): ProgramBody =>
  function* () {
    return yield sys('exit_group', code);
  };

/** The leader of init's first child. */
function childOf({ init }: ModelKernel): Task {
  const task = init.signal.children.head?.leader.v;
  if (!task) throw new Error('init has no child');
  return task;
}

describe('execve', () => {
  it('runs another program as the same task, and never what ran before', () => {
    const { said, kernel, blocked } = trial((say) => ({
      *init(me) {
        say(yield sys('getpid'));
        yield exec(me, 'image');
        say('the old program goes on');
        return 1;
      },
      *image() {
        say('image', yield sys('getpid'), yield sys('gettid'));
        return 0;
      },
    }));
    expect(said).toEqual([1, 'image', 1, 1]);
    expect(kernel.init.comm.v).toBe('agent');
    expect(blocked).toEqual([]);
  });

  it('may be done again and again, and its last program is what the thread returns', () => {
    const kernel = new ModelKernel(
      {},
      {
        *first(me) {
          return yield exec(me, 'second', SETUID_EXECUTABLE);
        },
        *second(me) {
          return yield exec(me, 'third');
        },
        *third() {
          return 3;
        },
      },
    );
    const steps = kernel.run(kernel.init, 'first');
    let next = steps.next();
    while (next.done !== true) next = steps.next();
    expect(next.value).toBe(3);
    expect(kernel.init.selfExecId.v).toBe(2);
  });

  it.each<[string, string | number, Errno]>([
    ['a path that leads nowhere', '/bin/none', 'ENOENT'],
    ['no path', '', 'ENOENT'],
    ['a path that is not from the root', 'bin/agent', 'ENOENT'],
    ['an address that faults', 1, 'EFAULT'],
  ])('fails and changes nothing: %s', (_, path, errno) => {
    const { said, kernel } = trial((say) => ({
      *init(me) {
        const fd = yield open(me, '/proc/self/comm', O_CLOEXEC);
        const address = typeof path === 'number' ? path : putText(me.memory, path);
        yield sys('clone', CLONE_A_THREAD, 'pauses');
        yield sys('setresuid', -1, 1000, -1);
        yield action(me, SIGUSR1, 100);
        say(yield sys('execve', 'image', address, typeof path === 'number' ? 1 : path.length));
        say(yield lseek(fd), yield sys('tgkill', 1, 2, 0), yield* actionOf(me, SIGUSR1));
        return 0;
      },
      pauses,
      image: ends(),
    }));
    expect(said).toEqual([fail(errno), 0, 0, '100 0 0']);
    const { comm, cred, mm, signal } = kernel.init;
    expect([comm.v, cred.v.euid, mm.dumpable.v, signal.credGuard.v]).toEqual([
      'init',
      1000,
      false,
      null,
    ]);
  });

  it('of a program that the scenario does not have is EFAULT', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield exec(me, 'none'));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EFAULT')]);
  });

  it('takes a path with slashes to spare', () => {
    const { kernel } = trial(() => ({
      *init(me) {
        return yield exec(me, 'image', '//bin//agent-setuid');
      },
      *image() {
        return 0;
      },
    }));
    expect(kernel.init.comm.v).toBe('agent-setuid');
  });

  it('has its work counted', () => {
    const { kernel } = trial(() => ({
      *init(me) {
        yield open(me, '/proc/self/comm', O_CLOEXEC);
        return yield exec(me, 'image');
      },
      *image() {
        return 0;
      },
    }));
    const { fdOps, allocations, copied, components } = kernel.ledger;
    // A file; then bprm, mm, cred, and the file that is executed.
    expect({ fdOps, allocations }).toEqual({ fdOps: 2, allocations: 1 + 4 });
    expect(copied).toBe('/proc/self/comm'.length + EXECUTABLE.length);
    expect(components).toBe(4 + 3);
  });
});

describe('a new image', () => {
  it('has memory of its own: what was stored and attached is gone, who shared it keeps it', () => {
    const { said } = trial((say) => {
      let address = 0;
      let id = 0;
      let state = 0;
      return {
        *init({ memory }) {
          address = putNumbers(memory, 8, [7]);
          state = memory.allocate(SHMID_DS.bytes);
          id = yield sys('shmget', IPC_PRIVATE, 4096, 0o600);
          yield sys('shmat', id, 0);
          yield sys('clone', CLONE_VM, 'sharer');
          yield sys('fork', 'copier');
          for (let n = 0; n < 2; n++) yield sys('wait4', -1, 0, 0);
          yield sys('shmctl', id, IPC_STAT, state);
          say(memory.load(address), getStruct(memory, state, SHMID_DS).nattch);
          return 0;
        },
        *sharer(me) {
          return yield exec(me, 'image');
        },
        *copier(me) {
          return yield exec(me, 'image');
        },
        *image({ memory }) {
          say(() => memory.load(address));
          return yield sys('exit', 0);
        },
      };
    });
    const [first, second, ...rest] = said as [() => unknown, () => unknown, ...number[]];
    expect(first).toThrow(RangeError);
    expect(second).toThrow(RangeError);
    expect(rest).toEqual([7, 1]);
  });

  it('has files of its own, without those that close on exec', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield open(me, '/proc/self/comm');
        yield open(me, '/proc/self/comm', O_CLOEXEC);
        yield sys('clone', CLONE_FILES, 'sharer');
        yield sys('wait4', -1, 0, 0);
        say(yield lseek(0), yield lseek(1));
        return 0;
      },
      *sharer(me) {
        return yield exec(me, 'image');
      },
      *image(me) {
        say(yield lseek(0), yield lseek(1), yield open(me, '/proc/self/comm', O_CLOEXEC));
        yield sys('close', 1);
        say(yield open(me, '/proc/self/comm'));
        yield sys('close', 0);
        return yield exec(me, 'last');
      },
      *last() {
        say(yield lseek(0), yield lseek(1));
        return yield sys('exit', 0);
      },
    }));
    const EBADF = fail('EBADF');
    expect(said).toEqual([0, EBADF, 1, 1, EBADF, 0, 0, 0]);
  });

  it('handles no signal, and ignores what was ignored', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield action(me, SIGUSR1, 100);
        yield action(me, SIGUSR2, SIG_IGN, SA_NOCLDWAIT);
        yield action(me, SIGCHLD, SIG_DFL, SA_NOCLDWAIT);
        yield sys('clone', CLONE_VM | CLONE_SIGHAND, 'sharer');
        yield sys('wait4', -1, 0, WALL);
        say(yield* actionOf(me, SIGUSR1), yield* actionOf(me, SIGCHLD));
        return 0;
      },
      *sharer(me) {
        return yield exec(me, 'image');
      },
      *image(me) {
        for (const signal of [SIGUSR1, SIGUSR2, SIGCHLD]) say(yield* actionOf(me, signal));
        return yield sys('exit', 0);
      },
    }));
    expect(said).toEqual([...['0 0 0', '1 0 0', '0 0 0'], ...['100 0 0', `0 ${SA_NOCLDWAIT} 0`]]);
  });

  it('has what was blocked blocked, and dies of what was pending once it is not', () => {
    const { said, kernel } = trial((say) => ({
      *init() {
        yield sys('fork', 'child');
        return yield sys('pause');
      },
      *child(me) {
        yield action(me, SIGUSR1, 100, 0, 'handler');
        yield mask(me, SIG_BLOCK, bit(SIGUSR1) | bit(SIGCHLD));
        yield sys('kill', 2, SIGUSR1);
        yield sys('kill', 2, SIGCHLD);
        return yield exec(me, 'image');
      },
      *image(me) {
        say('image');
        yield mask(me, SIG_UNBLOCK, bit(SIGCHLD));
        say('ignored');
        yield mask(me, SIG_UNBLOCK, bit(SIGUSR1));
        say('not killed');
        return 0;
      },
      handler: pauses,
    }));
    expect(said).toEqual(['image', 'ignored']);
    expect(childOf(kernel).signal.groupExit.v).toBe(SIGUSR1);
  });

  it('has no timers, and does not choose their ids', () => {
    const create = function* ({ memory }: Caller): Program {
      const address = putNumbers(memory, 4, [5]);
      const result = yield sys('timer_create', 1, 0, address);
      return result < 0 ? result : Number(memory.load(address));
    };
    const { said } = trial((say) => ({
      *init(me) {
        yield sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_ON);
        say(yield* create(me));
        return yield exec(me, 'image');
      },
      *image(me) {
        say(yield sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_GET));
        say(yield sys('timer_delete', 5), yield* create(me));
        return 0;
      },
    }));
    expect(said).toEqual([5, 0, fail('EINVAL'), 6]);
  });

  const cloneWith = ({ memory }: Caller, program: string, exit_signal: number) =>
    sys('clone3', program, putStruct(memory, CLONE_ARGS, { exit_signal }), CLONE_ARGS.bytes);
  const ALL_OF_THEM = bit(SIGUSR1) | bit(SIGUSR2) | bit(SIGCHLD);

  it('is waited for as any child, and tells its parent by SIGCHLD', () => {
    const { said, kernel } = trial((say, said) => ({
      *init(me) {
        yield mask(me, SIG_BLOCK, ALL_OF_THEM);
        say(yield cloneWith(me, 'child', SIGUSR1), yield sys('wait4', -1, 0, WNOHANG));
        yield { until: () => said.includes('image'), why: 'the exec' };
        say(yield sys('wait4', -1, 0, WCLONE), yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *child(me) {
        return yield exec(me, 'image');
      },
      *image() {
        say('image');
        return yield sys('exit', 0);
      },
    }));
    expect(said).toEqual([2, fail('ECHILD'), 'image', fail('ECHILD'), 2]);
    expect(kernel.init.signal.sharedPending.v).toBe(bit(SIGCHLD));
  });

  it.each([
    ['of the old one by SIGCHLD', 'init', SIGCHLD],
    ['of its own by what it asked for', 'image', SIGUSR1],
  ])('is told of a child %s', (_, maker, signal) => {
    const { kernel, blocked } = trial((say, said) => ({
      *init(me) {
        yield mask(me, SIG_BLOCK, ALL_OF_THEM);
        if (maker === 'init') yield cloneWith(me, 'child', SIGUSR1);
        return yield exec(me, 'image');
      },
      *image(me) {
        if (maker === 'image') yield cloneWith(me, 'child', SIGUSR1);
        say('image');
        return yield sys('wait4', -1, 0, WALL);
      },
      *child() {
        yield { until: () => said.includes('image'), why: 'the exec' };
        return yield sys('exit', 0);
      },
    }));
    expect(blocked).toEqual([]);
    expect(kernel.init.signal.sharedPending.v).toBe(bit(signal));
  });

  it('can not be put into another group by its parent any more', () => {
    const { said } = trial((say, said) => ({
      *init() {
        const child = yield sys('fork', 'child');
        say(yield sys('setpgid', child, 0));
        yield { until: () => said.includes('image'), why: 'the exec' };
        say(yield sys('setpgid', child, 0));
        return 0;
      },
      *child(me) {
        return yield exec(me, 'image');
      },
      *image() {
        say('image');
        return yield sys('pause');
      },
    }));
    expect(said).toEqual([0, 'image', fail('EACCES')]);
  });

  it('of a handler: the handler never returns, its signal stays blocked', () => {
    const { said, kernel } = trial((say) => ({
      *init(me) {
        yield action(me, SIGUSR1, 100, 0, 'handler');
        yield sys('kill', 1, SIGUSR1);
        say('the old program goes on');
        return 0;
      },
      *handler(me) {
        yield action(me, SIGUSR2, 100, 0, 'inner');
        yield sys('kill', 1, SIGUSR2);
        say('the handler goes on');
        return 0;
      },
      *inner(me) {
        return yield exec(me, 'image');
      },
      *image() {
        say('image');
        return 0;
      },
    }));
    expect(said).toEqual(['image']);
    expect(kernel.init.blocked.v).toBe(bit(SIGUSR1) | bit(SIGUSR2));
  });
});

describe('credentials at exec', () => {
  const FULL = CAP_FULL_SET;
  const NONE = CAP_EMPTY_SET;
  it.each([
    ['root stays root', [0, 0, 0], EXECUTABLE, [0, 0, 0], FULL, FULL, true],
    [
      'another user has nothing',
      [1000, 1000, 1000],
      EXECUTABLE,
      [1000, 1000, 1000],
      NONE,
      NONE,
      true,
    ],
    ['set-uid makes root', [1000, 1000, 1000], SETUID_EXECUTABLE, [1000, 0, 0], FULL, FULL, false],
    ['the saved id is lost', [1000, 1000, 0], EXECUTABLE, [1000, 1000, 1000], NONE, NONE, true],
    [
      'the real root has it, hidden',
      [0, 1000, 1000],
      EXECUTABLE,
      [0, 1000, 1000],
      FULL,
      NONE,
      false,
    ],
    ['the effective root has it', [1000, 0, 1000], EXECUTABLE, [1000, 0, 0], FULL, FULL, false],
  ] as const)('%s', (_, [uid, euid, suid], path, after, permitted, effective, dumpable) => {
    const { kernel } = trial(() => ({
      *init(me) {
        yield sys('setresuid', uid, euid, suid);
        return yield exec(me, 'image', path);
      },
      *image() {
        return 0;
      },
    }));
    const { cred, mm } = kernel.init;
    expect([cred.v.uid, cred.v.euid, cred.v.suid]).toEqual(after);
    expect([cred.v.permitted, cred.v.effective]).toEqual([permitted, effective]);
    expect(mm.dumpable.v).toBe(dumpable);
  });

  it('with no_new_privs set-uid means nothing', () => {
    const { kernel } = trial(() => ({
      *init(me) {
        yield sys('setresuid', 1000, 1001, 1000);
        yield sys('prctl', PR_SET_NO_NEW_PRIVS, 1);
        return yield exec(me, 'image', SETUID_EXECUTABLE);
      },
      *image() {
        return 0;
      },
    }));
    expect(kernel.init.cred.v).toMatchObject({ uid: 1000, euid: 1001, suid: 1001 });
    expect(kernel.init.cred.v.permitted).toEqual(NONE);
  });

  it('with no_new_privs root that gave up capabilities has no more, and its real ids', () => {
    const { kernel } = trial(() => ({
      *init(me) {
        yield sys('setresgid', -1, 1000, -1);
        const header = putNumbers(me.memory, 4, [0x20080522, 0]);
        yield sys('capset', header, putNumbers(me.memory, 4, [1, 7, 0, 0, 0, 0]));
        yield sys('prctl', PR_SET_NO_NEW_PRIVS, 1);
        return yield exec(me, 'image');
      },
      *image() {
        return 0;
      },
    }));
    const { cred, mm } = kernel.init;
    expect(cred.v).toMatchObject({ permitted: [7, 0], effective: [7, 0], egid: 0, sgid: 0 });
    expect(mm.dumpable.v).toBe(false);
  });

  it('root that gave up capabilities has them again, and is not dumpable', () => {
    const { kernel } = trial(() => ({
      *init(me) {
        const header = putNumbers(me.memory, 4, [0x20080522, 0]);
        yield sys('capset', header, putNumbers(me.memory, 4, [0, 0, 7, 0, 0, 0]));
        return yield exec(me, 'image');
      },
      *image() {
        return 0;
      },
    }));
    const { cred, mm } = kernel.init;
    expect(cred.v).toMatchObject({ permitted: FULL, effective: FULL, inheritable: [7, 0] });
    expect(mm.dumpable.v).toBe(false);
  });
});

describe('execve of a group', () => {
  it('by the leader kills the threads, and their numbers are free', () => {
    const { said, kernel } = trial((say) => ({
      *init(me) {
        say(
          yield sys('clone', CLONE_A_THREAD, 'pauses'),
          yield sys('clone', CLONE_A_THREAD, 'pauses'),
        );
        return yield exec(me, 'image');
      },
      *image() {
        say(
          yield sys('tgkill', 1, 2, 0),
          yield sys('tgkill', 1, 3, 0),
          yield sys('tgkill', 1, 1, 0),
        );
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([2, 3, fail('ESRCH'), fail('ESRCH'), 0]);
    expect([...kernel.init.signal.threads]).toEqual([kernel.init]);
    expect(kernel.init.files.users.v).toBe(1);
    expect(kernel.init.sighand.users.v).toBe(1);
  });

  it('by another thread gives it the number and the children of the leader', () => {
    const { said, kernel, blocked } = trial((say) => ({
      *init(me) {
        yield open(me, '/proc/thread-self/comm');
        yield sys('fork', 'pauses');
        say(yield sys('clone', CLONE_A_THREAD, 'thread'));
        return yield sys('pause');
      },
      *thread(me) {
        say(yield sys('gettid'), yield open(me, '/proc/thread-self/comm'));
        yield sys('prctl', PR_SET_NAME, putText(me.memory, 'thread'));
        return yield exec(me, 'image');
      },
      *image(me) {
        say(yield sys('getpid'), yield sys('gettid'), yield sys('tgkill', 1, 3, 0));
        const text = me.memory.allocate(16);
        // The first was opened of the number that it now has, the second of the one that it had.
        say(yield sys('read', 0, text, 16), me.memory.load(text), yield sys('read', 1, text, 16));
        yield sys('kill', 2, SIGKILL);
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([
      ...[3, 3, 1],
      ...[1, 1, fail('ESRCH')],
      ...[6, 'agent\n', fail('ESRCH')],
      2,
    ]);
    expect(blocked).toEqual([]);
    expect(kernel.init.exitState.v).toBe('dead');
    const leader = kernel.init.signal.leader.v;
    expect([...kernel.init.signal.threads]).toEqual([leader]);
  });

  it('by a thread whose leader is a zombie tells the parent nothing', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield sys('fork', 'leader');
        say(yield sys('wait4', 2, me.memory.allocate(4), 0));
        return 0;
      },
      *leader() {
        yield sys('clone', CLONE_A_THREAD, 'thread');
        return yield sys('exit', 1);
      },
      *thread(me) {
        return yield exec(me, 'image');
      },
      *image() {
        say('image', yield sys('getpid'));
        return yield sys('exit', 0);
      },
    }));
    expect(said).toEqual(['image', 2, 2]);
  });
});

describe('fields of a design', () => {
  it('are cleared or kept as it says, of the task that execs', () => {
    const half = {
      taskFields: {
        next_syscall_data: { initial: null, atFork: 'clear', atExec: 'clear' },
        kept: { initial: 0, atFork: 'clear', atExec: 'keep' },
      },
    } as const;
    const { kernel } = trial(
      () => ({
        *init(me) {
          return yield exec(me, 'image');
        },
        *image() {
          return 0;
        },
      }),
      half as never,
      ({ init }) => {
        init.field('next_syscall_data' as never).v = 'wanted' as never;
        init.field('kept' as never).v = 1 as never;
      },
    );
    expect(kernel.init.field('next_syscall_data' as never).v).toBeNull();
    expect(kernel.init.field('kept' as never).v).toBe(1);
    expect(kernel.ledger.fieldOps).toBe(1);
  });
});

describe('without memory', () => {
  /** A child whose `nth` allocation from its exec on fails; how init sees it end. */
  function failing(nth: number, flags: number) {
    const kernels: ModelKernel[] = [];
    const { said } = trial(
      (say) => ({
        *init({ memory }) {
          const status = memory.allocate(4);
          yield sys('clone', flags, 'child');
          yield sys('wait4', -1, status, WALL);
          say(memory.load(status));
          return 0;
        },
        *child(me) {
          const [kernel] = kernels;
          if (kernel === undefined) throw new Error('there is no kernel');
          failNth(kernel, nth);
          say(yield exec(me, 'image'));
          return yield sys('exit', 1);
        },
        image: ends(0),
      }),
      {},
      (kernel) => kernels.push(kernel),
    );
    return said;
  }

  function failNth(kernel: ModelKernel, nth: number): void {
    const allocates = kernel.allocates.bind(kernel);
    let count = 0;
    kernel.allocates = (task) => {
      return allocates(task) && ++count !== nth;
    };
  }

  it.each([1, 2, 3, 4])('fails before the point of no return: allocation %d', (nth) => {
    expect(failing(nth, 0)).toEqual([fail('ENOMEM'), 1 << 8]);
  });

  it('needs no more of it where nothing is shared', () => {
    expect(failing(5, 0)).toEqual([0]);
  });

  it.each([5, 6])('dies of SIGSEGV behind it: allocation %d', (nth) => {
    expect(failing(nth, CLONE_FILES | CLONE_VM | CLONE_SIGHAND)).toEqual([SIGSEGV]);
  });

  it('goes on where there is enough of it', () => {
    expect(failing(7, CLONE_FILES | CLONE_VM | CLONE_SIGHAND)).toEqual([0]);
  });
});

describe('execve and what another CPU does meanwhile', () => {
  const EXIT = 5 << 8;
  const IMAGE = 7 << 8;

  /** Of a group whose leader and thread run at the same time: every way in which init sees it end. */
  function ways(leader: ProgramBody, thread: ProgramBody, also?: (pid: number) => Program) {
    const kernel = new ModelKernel(
      {},
      {
        *parent({ memory }) {
          const status = memory.allocate(4);
          const child = yield sys('fork', 'leader');
          if (also !== undefined) yield* also(child);
          if ((yield sys('wait4', -1, status, 0)) !== child) return -1;
          return Number(memory.load(status));
        },
        *leader(me) {
          yield sys('clone', CLONE_A_THREAD, 'thread');
          return yield* leader(me) as Program;
        },
        thread,
        image: ends(7),
        pauses,
      },
    );
    const found = new Set<unknown>();
    const system: System = {
      threads: [kernel.thread('A', kernel.init, 'parent')],
      judge({ results, blocked }) {
        found.add(results.get('A'));
        const { idr, allocated } = kernel.init.activePidNs;
        const isLeft = idr.get(2) !== undefined || idr.get(3) !== undefined;
        if (blocked.length > 0) return `${blocked[0]?.thread} waits in ${blocked[0]?.why}`;
        return isLeft || allocated.v !== 1 ? 'a number is not free' : null;
      },
    };
    const { verdict, counterexample } = explore(system, { maxStates: 300_000 });
    expect(counterexample && replay(system, counterexample).wrong).toBeNull();
    expect(verdict).toEqual({ kind: 'EXHAUSTIVE' });
    return [...found].sort();
  }

  const execs: ProgramBody = function* (me) {
    return yield exec(me, 'image');
  };
  const exits: ProgramBody = function* () {
    return yield sys('exit', 5);
  };

  it.each([
    ['a leader and a thread that sleeps', execs, pauses],
    ['a thread and a leader that sleeps', pauses, execs],
    ['a leader and a thread that exits', execs, exits],
    ['a thread and a leader that exits', exits, execs],
    ['both', execs, execs],
    [
      'a thread and a leader that makes one more',
      function* (): Program {
        yield sys('clone', CLONE_A_THREAD, 'pauses');
        return yield sys('pause');
      },
      execs,
    ],
  ])('leaves the new image alone: %s', (_, leader, thread) => {
    expect(ways(leader, thread)).toEqual([IMAGE]);
  });

  it.each([
    ['a leader and a thread that ends the group', execs, ends(5)],
    ['a thread and a leader that ends the group', ends(5), execs],
  ])('either comes first or not at all: %s', (_, leader, thread) => {
    expect(ways(leader, thread)).toEqual([EXIT, IMAGE]);
  });

  it('dies of a SIGKILL at any point', () => {
    const killed = (pid: number): Program =>
      (function* () {
        return yield sys('kill', pid, SIGKILL);
      })();
    expect(ways(pauses, execs, killed)).toEqual([IMAGE, SIGKILL]);
  });
});
