// SPDX-License-Identifier: MIT
/** unshare(2), by kernel/fork.c and kernel/pid_namespace.c. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
  IPC_CREAT,
} from '../kernel/flags.ts';
import { type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const OK = 0;
const EPERM = fail('EPERM');
const EINVAL = fail('EINVAL');

function* exits(): Program {
  return yield sys('exit_group', 0);
}
function* pauses(): Program {
  return yield sys('pause');
}

const A_PROCESS = [CLONE_THREAD, CLONE_SIGHAND, CLONE_VM];

describe('unshare', () => {
  it('pretends to unshare a process that shares nothing, and refuses one that does', () => {
    const { said } = trial((say) => ({
      *init() {
        for (const flag of A_PROCESS) say(yield sys('unshare', flag));
        yield sys('clone', CLONE_A_THREAD, 'pauses');
        for (const flag of A_PROCESS) say(yield sys('unshare', flag));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([OK, OK, OK, EINVAL, EINVAL, EINVAL]);
  });

  it('refuses memory that another process has too, but not what that process does not', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('clone', CLONE_VM, 'pauses');
        for (const flag of A_PROCESS) say(yield sys('unshare', flag));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([OK, OK, EINVAL]);
  });

  it('refuses what it does not know before it asks for privilege', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('unshare', 0), yield sys('unshare', CLONE_FS | CLONE_SYSVSEM));
        say(yield sys('unshare', CLONE_PARENT), yield sys('unshare', 17));
        yield sys('setresuid', -1, 1000, -1);
        say(yield sys('unshare', CLONE_NEWPID | CLONE_PARENT));
        say(yield sys('unshare', CLONE_NEWPID), yield sys('unshare', CLONE_NEWIPC));
        say(yield sys('unshare', CLONE_FILES));
        return 0;
      },
    }));
    expect(said).toEqual([OK, OK, EINVAL, EINVAL, EINVAL, EPERM, EPERM, OK]);
  });

  it('gives the caller a table of files of its own', () => {
    const { said, kernel } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => said.length > 0, why: 'the thread' };
        return 0;
      },
      *thread() {
        say(yield sys('unshare', CLONE_FILES));
        return yield sys('pause');
      },
    }));
    expect(said).toEqual([OK]);
    const tables = [...kernel.init.signal.threads].map(({ files }) => files);
    expect(new Set(tables).size).toBe(2);
  });
});

describe('unshare of the IPC namespace', () => {
  it("is the calling thread's own; what is attached stays so, and can be detached", () => {
    const { said } = trial((say, said) => ({
      *init() {
        const id = yield sys('shmget', 7, 100, IPC_CREAT | 0o600);
        const address = yield sys('shmat', id, 0);
        yield sys('clone', CLONE_A_THREAD, 'thread');
        say(yield sys('unshare', CLONE_NEWIPC), yield sys('shmget', 7, 100, 0));
        say(yield sys('shmat', id, 0), yield sys('shmdt', address), yield sys('shmdt', address));
        yield { until: () => said.includes('thread'), why: 'the thread' };
        return 0;
      },
      *thread() {
        yield { until: () => said.length === 5, why: 'the other' };
        say('thread', yield sys('shmget', 7, 100, 0));
        return 0;
      },
    }));
    expect(said).toEqual([OK, fail('ENOENT'), EINVAL, OK, EINVAL, 'thread', 0]);
  });
});

describe('unshare of the pid namespace', () => {
  it('is for children: the first is init there, the caller stays and sees them from outside', () => {
    const { said } = trial((say, said) => ({
      *init() {
        say(yield sys('unshare', CLONE_NEWPID), yield sys('getpid'));
        say(yield sys('fork', 'child'));
        yield { until: () => said.length === 6, why: 'the first' };
        say(yield sys('fork', 'child'));
        return 0;
      },
      *child() {
        say(yield sys('getpid'), yield sys('getppid'), yield sys('clone', CLONE_PARENT, 'pauses'));
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said).toEqual([OK, 1, 2, 1, 0, EINVAL, 3, 2, 0, 3]);
  });

  it('lasts: neither another one nor a thread can be made, and clone can not nest', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('unshare', CLONE_NEWPID);
        say(yield sys('unshare', CLONE_NEWPID), yield sys('unshare', CLONE_NEWPID | CLONE_NEWIPC));
        say(
          yield sys('clone', CLONE_A_THREAD, 'pauses'),
          yield sys('clone', CLONE_NEWPID, 'pauses'),
        );
        yield sys('setresuid', -1, 1000, -1);
        say(yield sys('unshare', CLONE_NEWPID), yield sys('clone', CLONE_NEWPID, 'pauses'));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([EINVAL, EINVAL, EINVAL, EINVAL, EPERM, EPERM]);
  });

  it('fails as a whole: the IPC namespace is not left if the other is refused', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('msgget', 7, IPC_CREAT | 0o600);
        yield sys('unshare', CLONE_NEWPID);
        yield sys('unshare', CLONE_NEWPID | CLONE_NEWIPC);
        say(yield sys('msgget', 7, 0));
        return 0;
      },
    }));
    expect(said).toEqual([0]);
  });

  it('ends with its init, after which the caller can not fork', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('unshare', CLONE_NEWPID);
        const first = yield sys('fork', 'exits');
        say(yield sys('wait4', first, 0, 0), yield sys('fork', 'exits'));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([2, fail('ENOMEM')]);
  });

  it('ends when the caller has waited for the others, whom the death of their init kills', () => {
    const { said, blocked } = trial((say) => ({
      *init() {
        yield sys('unshare', CLONE_NEWPID);
        const first = yield sys('fork', 'exits');
        const other = yield sys('fork', 'pauses');
        say(yield sys('wait4', other, 0, 0), yield sys('wait4', first, 0, 0));
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      exits,
      pauses,
    }));
    expect(said).toEqual([3, 2, fail('ECHILD')]);
    expect(blocked).toEqual([]);
  });

  it('holds its init as long as somebody outside holds one of its numbers', () => {
    const { said, blocked } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_NEWPID, 'reaper');
        yield { until: () => said.includes('leads'), why: 'the group' };
        say(yield sys('setpgid', 0, 3));
        return yield sys('pause');
      },
      *reaper() {
        yield sys('fork', 'leader');
        yield { until: () => said.length === 2, why: 'init' };
        return yield sys('exit_group', 0);
      },
      *leader() {
        yield sys('setpgid', 0, 0);
        say('leads');
        return yield sys('pause');
      },
    }));
    expect(said).toEqual(['leads', OK]);
    expect(blocked).toEqual(['A: pause', 'Aa: exit: init waits for its namespace']);
  });
});
