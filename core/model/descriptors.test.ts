// SPDX-License-Identifier: MIT
/** Descriptors that are copied, passed to other processes, or stand for them. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  SEEK_CUR,
  SEEK_SET,
} from '../kernel/flags.ts';
import { putNumbers, putText } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const EBADF = fail('EBADF');
const EINVAL = fail('EINVAL');
const EPERM = fail('EPERM');
const ESRCH = fail('ESRCH');
const COMM = '/proc/self/comm';

const open = ({ memory }: Caller, flags = O_RDWR, path = COMM) =>
  sys('open', putText(memory, path), path.length, flags);
const write = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

function* pauses(): Program {
  return yield sys('pause');
}

describe('dup', () => {
  it('is the lowest free descriptor of the same File, position and all', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const fd = yield open(me, O_RDONLY);
        yield sys('read', fd, me.memory.allocate(8), 3);
        const copy = yield sys('dup', fd);
        say(copy, yield sys('lseek', copy, 0, SEEK_CUR), yield sys('close', fd));
        say(
          yield sys('lseek', copy, 1, SEEK_SET),
          yield sys('dup', copy),
          yield sys('dup', fd + 9),
        );
        return 0;
      },
    }));
    expect(said).toEqual([1, 3, 0, 1, 0, EBADF]);
  });

  it('onto another closes what that was, and onto itself does nothing', () => {
    const { said, kernel } = trial((say) => ({
      *init(me) {
        const [fd, other] = [yield open(me, O_RDONLY), yield open(me, O_RDWR)];
        yield sys('read', fd, me.memory.allocate(8), 3);
        say(yield sys('dup2', fd, other), yield sys('lseek', other, 0, SEEK_CUR));
        say(yield sys('dup2', fd, fd), yield sys('dup2', fd, 7), yield sys('dup2', 9, 9));
        say(yield sys('dup2', 9, fd), yield sys('dup2', fd, -1), yield sys('dup2', fd, 1024));
        say(yield sys('dup2', -1, -1), yield sys('dup', fd), yield sys('dup', fd));
        return 0;
      },
    }));
    expect(said).toEqual([1, 3, 0, 7, EBADF, EBADF, EBADF, EBADF, EBADF, 2, 3]);
    expect(kernel.init.files.get(7)?.count.v).toBe(5);
  });
});

describe('close on exec', () => {
  it('is of a descriptor, not of what it stands for', () => {
    const { said, kernel } = trial((say) => ({
      *init(me) {
        const fd = yield open(me, O_RDWR | O_CLOEXEC);
        say(yield sys('dup', fd), yield open(me, O_RDONLY | O_CLOEXEC), yield sys('dup2', fd, 2));
        yield sys('close', fd);
        say(yield open(me), yield sys('pidfd_open', 1, 0), yield sys('pidfd_getfd', 3, 1, 0));
        yield sys('fork', 'pauses');
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([1, 2, 2, 0, 3, 4]);
    expect(kernel.init.files.closeOnExec.v).toEqual([3, 4]);
    const [child] = [...kernel.init.signal.children];
    expect(child?.leader.v?.files.closeOnExec.v).toEqual([3, 4]);
  });
});

describe('pidfd_open', () => {
  it('is of a process that is there, and of no thread', () => {
    const { said } = trial((say) => ({
      *init() {
        const thread = yield sys('clone', CLONE_A_THREAD, 'pauses');
        const child = yield sys('fork', 'exits');
        say(yield sys('pidfd_open', child, O_NONBLOCK), yield sys('pidfd_open', thread, 0));
        say(yield sys('pidfd_open', 99, 0), yield sys('pidfd_open', 0, 0));
        say(yield sys('pidfd_open', -1, 0), yield sys('pidfd_open', 1, 1));
        yield sys('wait4', child, 0, 0);
        say(yield sys('pidfd_open', child, 0), yield sys('pidfd_getfd', 0, 0, 0));
        return 0;
      },
      pauses,
      *exits() {
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([0, fail('ENOENT'), ESRCH, EINVAL, EINVAL, EINVAL, ESRCH, ESRCH]);
  });

  it('is neither read, written nor moved in', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const fd = yield sys('pidfd_open', 1, 0);
        say(yield sys('read', fd, me.memory.allocate(8), 8), yield write(me, fd, 'x'));
        say(yield sys('lseek', fd, 0, SEEK_SET));
        return 0;
      },
    }));
    expect(said).toEqual([EINVAL, EINVAL, fail('ESPIPE')]);
  });
});

/** Init takes descriptor 0 of a child that got ready: what it gets, or what it sees of it. */
function taken(
  child: (me: Caller) => Program,
  before: (me: Caller) => Program = function* () {
    return yield sys('getpid');
  },
) {
  return trial((say, said) => ({
    *init(me) {
      const pid = yield sys('fork', 'child');
      yield { until: () => said.includes('ready'), why: 'the child' };
      yield* before(me);
      const pidfd = yield sys('pidfd_open', pid, 0);
      const got = yield sys('pidfd_getfd', pidfd, 0, 0);
      say(got);
      if (got >= 0) say(yield sys('lseek', got, 0, SEEK_CUR));
      say(yield sys('pidfd_getfd', pidfd, 5, 0), yield sys('pidfd_getfd', pidfd, 0, 1));
      say(yield sys('pidfd_getfd', got, 0, 0), yield sys('pidfd_getfd', 9, 0, 0));
      return 0;
    },
    *child(me) {
      yield open(me);
      yield sys('lseek', 0, 0, SEEK_SET);
      yield sys('read', 0, me.memory.allocate(8), 4);
      yield* child(me);
      say('ready');
      return yield sys('pause');
    },
  })).said.slice(1);
}

function* nothing(): Program {
  return yield sys('getpid');
}

describe('pidfd_getfd', () => {
  it('has the same File in both processes', () => {
    expect(taken(nothing)).toEqual([1, 4, EBADF, EINVAL, EBADF, EBADF]);
  });

  it('takes a target with the same ids and no more capabilities, or CAP_SYS_PTRACE', () => {
    function* leaves(): Program {
      return yield sys('setresuid', 1000, 1000, 1000);
    }
    const dropsAll = function* ({ memory }: Caller): Program {
      const header = putNumbers(memory, 4, [0x20080522, 0]);
      return yield sys('capset', header, putNumbers(memory, 4, [0, 0, 0, 0, 0, 0]));
    };
    const refused = [EPERM, EPERM, EINVAL, EBADF, EBADF];
    expect(taken(leaves)[0]).toBe(1);
    expect(taken(leaves, dropsAll)).toEqual(refused);
    expect(taken(nothing, dropsAll)).toEqual(refused);
    expect(taken(dropsAll, dropsAll)[0]).toBe(1);
    expect(taken(nothing, leaves)).toEqual(refused);
    // Who changed credentials is not dumpable, and no longer to be looked into by an equal.
    expect(taken(leaves, leaves)).toEqual(refused);
  });

  it('asks whose memory it is: the root of another user namespace has no say', () => {
    const { said } = trial(
      (say, all) => ({
        *init() {
          const pid = yield sys('fork', 'child');
          yield { until: () => all.length > 0, why: 'the child' };
          say(yield sys('pidfd_getfd', yield sys('pidfd_open', pid, 0), 0, 0));
          return 0;
        },
        *child(me) {
          yield open(me);
          say(yield sys('setresuid', 1000, 1000, 1000));
          return yield sys('pause');
        },
      }),
      {},
      ({ init }) => {
        init.cred.v = { ...init.cred.v, userNsLevel: 1 };
      },
    );
    expect(said).toEqual([0, EPERM]);
  });

  it('of a process that is dead but not waited for is ESRCH', () => {
    const { said } = trial((say, all) => ({
      *init() {
        const pid = yield sys('fork', 'child');
        yield { until: () => all.length > 0, why: 'the child' };
        say(yield sys('pidfd_getfd', yield sys('pidfd_open', pid, 0), 0, 0));
        return 0;
      },
      *child(me) {
        yield open(me);
        say('exits');
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual(['exits', ESRCH]);
  });
});
