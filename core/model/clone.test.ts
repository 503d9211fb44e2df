// SPDX-License-Identifier: MIT
/** clone(2) and fork(2), by kernel/fork.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  PR_SET_NAME,
} from '../kernel/flags.ts';
import { putText } from '../kernel/memory.ts';
import { type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

function* exits(): Program {
  return yield sys('exit_group', 0);
}

describe('clone', () => {
  it.each([
    ['CLONE_THREAD without CLONE_SIGHAND', CLONE_THREAD | CLONE_VM, 'EINVAL'],
    ['CLONE_SIGHAND without CLONE_VM', CLONE_SIGHAND, 'EINVAL'],
    ['a thread in a new pid namespace', CLONE_A_THREAD | CLONE_NEWPID, 'EINVAL'],
    ['a sibling of init', CLONE_PARENT, 'EINVAL'],
    ['a flag that is not modelled', 0x80, 'EINVAL'],
  ])('refuses %s', (_, flags, errno) => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('clone', flags, 'exits'));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([fail(errno as 'EINVAL')]);
  });

  it('makes namespaces only for the privileged', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('setuid', 1000);
        say(yield sys('clone', CLONE_NEWPID, 'exits'));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([fail('EPERM')]);
  });

  it('makes a thread with its own tid in the same process, sharing memory', () => {
    const { said } = trial((say) => {
      let address = 0;
      return {
        *init({ memory }) {
          address = memory.allocate(8);
          memory.store(address, 1);
          say(yield sys('clone', CLONE_A_THREAD, 'thread'));
          yield { until: () => memory.load(address) === 2, why: 'the thread' };
          say(yield sys('getpid'), yield sys('gettid'));
          return 0;
        },
        *thread({ memory }) {
          say(yield sys('getpid'), yield sys('gettid'), memory.load(address));
          memory.store(address, 2);
          return 0;
        },
      };
    });
    expect(said).toEqual([2, 1, 2, 1, 1, 1]);
  });

  it('of a process copies memory: what the child stores, the parent does not see', () => {
    const { said } = trial((say) => {
      let address = 0;
      return {
        *init({ memory }) {
          address = memory.allocate(8);
          memory.store(address, 'mine');
          yield sys('fork', 'child');
          yield sys('wait4', -1, 0, 0);
          say(memory.load(address));
          return 0;
        },
        *child({ memory }) {
          say(memory.load(address));
          memory.store(address, "the child's");
          say(memory.load(address));
          return yield sys('exit_group', 0);
        },
      };
    });
    expect(said).toEqual(['mine', "the child's", 'mine']);
  });

  it('with CLONE_PARENT makes a sibling', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('fork', 'child');
        return yield sys('pause');
      },
      *child() {
        yield sys('clone', CLONE_PARENT, 'sibling');
        return yield sys('pause');
      },
      *sibling() {
        say(yield sys('getpid'), yield sys('getppid'));
        return 0;
      },
    }));
    expect(said).toEqual([3, 1]);
  });

  it('gives the child the name, group and session of its parent', () => {
    const { said, kernel } = trial((say) => ({
      *init({ memory }) {
        yield sys('prctl', PR_SET_NAME, putText(memory, 'a name of 16 char'));
        yield sys('fork', 'child');
        return 0;
      },
      *child() {
        say(yield sys('getpgid', 0), yield sys('getsid', 0));
        return 0;
      },
    }));
    expect(said).toEqual([1, 1]);
    const child = kernel.init.signal.children.head?.leader.v;
    expect(child?.comm.v).toBe('a name of 16 ch');
  });
});

describe('a call that is not there', () => {
  it('is ENOSYS', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        say(yield sys('fork_with_id', 'init', memory.allocate(8), 1));
        return 0;
      },
    }));
    expect(said).toEqual([fail('ENOSYS')]);
  });
});
