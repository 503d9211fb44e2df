// SPDX-License-Identifier: MIT
/** alloc_pid() with set_tid of Linux 6.1, and what its manual page clone(2) says of set_tid. */
import { describe, expect, it } from 'vitest';
import { withId } from '../../strategies/with-id.ts';
import { fail } from '../kernel/errno.ts';
import { CLONE_NEWPID } from '../kernel/flags.ts';
import { putNumbers } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const { kernel: half } = withId;
const PID_MAX = 4194304;

/** Forks a child that says what it is; pids are innermost first. */
function* forkAs({ memory }: Caller, pids: readonly number[], program = 'exits'): Program {
  return yield sys('fork_with_id', program, putNumbers(memory, 4, pids), pids.length);
}

function* cloneAs(me: Caller, flags: number, pids: readonly number[], program: string): Program {
  const address = putNumbers(me.memory, 4, pids);
  return yield sys('clone_with_id', flags, program, address, pids.length);
}

function* exits(): Program {
  return yield sys('exit_group', 0);
}

describe('numbers of the kernel', () => {
  it('go up from init, and stay taken until the parent has waited', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('getpid'));
        const first = yield sys('fork', 'exits');
        const second = yield sys('fork', 'exits');
        say(first, second, yield sys('wait4', -1, 0, 0), yield sys('wait4', -1, 0, 0));
        say(yield sys('fork', 'exits'));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([1, 2, 3, 2, 3, 4]);
  });

  it('start again from 300 behind pid_max, and pass over those that are taken', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield* forkAs(me, [301]);
          for (let n = 0; n < 3; n++) say(yield sys('fork', 'exits'));
          return 0;
        },
        exits,
      }),
      half,
      (kernel) => {
        kernel.init.activePidNs.cursor.v = PID_MAX - 1;
      },
    );
    expect(said).toEqual([PID_MAX - 1, 300, 302]);
  });
});

describe('a number asked for', () => {
  it('is had, moves no search, and is free again once waited for', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* forkAs(me, [5000]), yield sys('fork', 'exits'));
          say(yield* forkAs(me, [5000]));
          say(yield sys('wait4', 5000, 0, 0));
          say(yield* forkAs(me, [5000]), yield sys('fork', 'exits'));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said).toEqual([5000, 2, fail('EEXIST'), 5000, 5000, 3]);
  });

  it.each([
    ['0', [0], 'EINVAL'],
    ['-1', [-1], 'EINVAL'],
    ['pid_max', [PID_MAX], 'EINVAL'],
    ['more numbers than levels', [5000, 5000], 'EINVAL'],
    ['one that is taken', [1], 'EEXIST'],
  ] as const)('fails for %s', (_, pids, errno) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* forkAs(me, pids), yield sys('wait4', -1, 0, 0));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said).toEqual([fail(errno), fail('ECHILD')]);
  });

  it('needs privilege, which is asked for after the range and before who has it', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('setuid', 1000);
          say(yield* forkAs(me, [5000]), yield* forkAs(me, [1]), yield* forkAs(me, [0]));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said).toEqual([fail('EPERM'), fail('EPERM'), fail('EINVAL')]);
  });

  it('is given at each level, innermost first, and fewer leave the outer ones to the kernel', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* cloneAs(me, CLONE_NEWPID, [1, 40], 'inner'));
          return 0;
        },
        *inner(me) {
          say(yield sys('getpid'), yield sys('getppid'));
          say(yield* cloneAs(me, CLONE_NEWPID, [1, 7, 77], 'innermost'));
          say(yield* forkAs(me, [9]));
          return 0;
        },
        *innermost(me) {
          say(yield sys('getpid'));
          say(yield* forkAs(me, [3, 5, 55], 'says'));
          say(yield* forkAs(me, [4, 7]), yield* forkAs(me, [1, 2, 3, 4]));
          return 0;
        },
        *says() {
          say(yield sys('getpid'));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said.slice(0, 5)).toEqual([40, 1, 0, 7, 9]);
    expect(said.slice(5)).toEqual([1, 3, fail('EEXIST'), fail('EINVAL'), 3]);
  });

  it('in a new namespace must be 1 first: it has no init yet', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* cloneAs(me, CLONE_NEWPID, [2], 'exits'));
          say(yield* cloneAs(me, CLONE_NEWPID, [1, 300], 'exits'));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said).toEqual([fail('EINVAL'), 300]);
  });

  it('gives back the inner number when an outer one is taken', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* cloneAs(me, CLONE_NEWPID, [1, 40], 'inner'));
          return 0;
        },
        *inner(me) {
          say(yield* forkAs(me, [8, 40]), yield* forkAs(me, [8, 41]));
          return 0;
        },
        exits,
      }),
      half,
    );
    expect(said).toEqual([40, fail('EEXIST'), 8]);
  });
});
