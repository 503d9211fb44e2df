// SPDX-License-Identifier: MIT
/** Groups, sessions and credentials, by kernel/sys.c of Linux 6.1 and their manual pages. */
import { describe, expect, it } from 'vitest';
import { withId } from '../../strategies/with-id.ts';
import { fail } from '../kernel/errno.ts';
import { CLONE_NEWPID, CLONE_PARENT } from '../kernel/flags.ts';
import { putNumbers } from '../kernel/memory.ts';
import { type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

function* exits(): Program {
  return yield sys('exit_group', 0);
}

function* pauses(): Program {
  return yield sys('pause');
}

describe('groups and sessions', () => {
  it('setsid leads both, once', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('setsid'));
        yield sys('fork', 'child');
        return 0;
      },
      *child() {
        say(yield sys('setsid'), yield sys('getsid', 0), yield sys('getpgid', 0));
        say(yield sys('setsid'), yield sys('setpgid', 0, 0));
        return 0;
      },
    }));
    // Init is the leader of the group that the model starts it in.
    expect(said).toEqual([fail('EPERM'), 2, 2, 2, fail('EPERM'), fail('EPERM')]);
  });

  it('setpgid moves oneself or a child within the session, and nobody else', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('fork', 'pauses');
        yield sys('fork', 'other');
        say(yield sys('setpgid', 2, 2), yield sys('setpgid', 3, 2), yield sys('getpgid', 3));
        say(yield sys('setpgid', 3, 77), yield sys('setpgid', 77, 77), yield sys('setpgid', 0, -1));
        return 0;
      },
      *other() {
        yield { until: () => said.length === 6, why: 'its parent' };
        say(yield sys('setpgid', 2, 3), yield sys('setpgid', 0, 0), yield sys('getpgid', 0));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([
      0,
      0,
      2,
      fail('EPERM'),
      fail('ESRCH'),
      fail('EINVAL'),
      fail('ESRCH'),
      0,
      3,
    ]);
  });

  it('setpgid does not cross sessions', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('fork', 'leads');
        yield { until: () => said.length > 0, why: 'a session' };
        say(yield sys('setpgid', 2, 2));
        return 0;
      },
      *leads() {
        say(yield sys('setsid'));
        say(yield sys('setpgid', 0, 1));
        return yield sys('pause');
      },
    }));
    expect(said).toEqual([2, fail('EPERM'), fail('EPERM')]);
  });

  it('setpgid does not reach a child in another session, leader or not', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_NEWPID, 'root');
        return 0;
      },
      *root() {
        yield sys('fork', 'leads');
        yield { until: () => said.length === 2, why: 'a sibling in the session' };
        say(yield sys('setpgid', 3, 3), yield sys('getsid', 3));
        return 0;
      },
      *leads() {
        say(yield sys('setsid'));
        say(yield sys('clone', CLONE_PARENT, 'pauses'));
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said).toEqual([2, 3, fail('EPERM'), 2]);
  });

  it('hold the number of a dead leader as long as they have members', () => {
    const { said } = trial(
      (say, said) => ({
        *init({ memory }) {
          const two = putNumbers(memory, 4, [2]);
          yield sys('fork', 'leads');
          say(yield sys('wait4', 2, 0, 0), yield sys('fork_with_id', 'exits', two, 1));
          say(yield sys('getpgid', 2), yield sys('getpgid', 3));
          yield { until: () => said.includes('gone'), why: 'the member' };
          say(yield sys('wait4', 3, 0, 0), yield sys('fork_with_id', 'exits', two, 1));
          return 0;
        },
        *leads() {
          yield sys('setpgid', 0, 0);
          yield sys('fork', 'member');
          return yield sys('exit_group', 0);
        },
        *member() {
          yield { until: () => said.length === 4, why: 'init' };
          say('gone');
          return yield sys('exit_group', 0);
        },
        exits,
      }),
      withId.kernel,
    );
    expect(said).toEqual([2, fail('EEXIST'), fail('ESRCH'), 2, 'gone', 3, 2]);
  });

  it('hold the number of a dead session leader as long as the session has members', () => {
    const { said } = trial(
      (say, said) => ({
        *init({ memory }) {
          const two = putNumbers(memory, 4, [2]);
          yield sys('fork', 'leads');
          say(yield sys('wait4', 2, 0, 0), yield sys('fork_with_id', 'exits', two, 1));
          yield { until: () => said.includes('gone'), why: 'the member' };
          say(yield sys('wait4', 3, 0, 0), yield sys('fork_with_id', 'exits', two, 1));
          return 0;
        },
        *leads() {
          yield sys('setsid');
          yield sys('fork', 'member');
          return yield sys('exit_group', 0);
        },
        *member() {
          yield sys('setpgid', 0, 0);
          yield { until: () => said.length === 2, why: 'init' };
          say('gone');
          return yield sys('exit_group', 0);
        },
        exits,
      }),
      withId.kernel,
    );
    expect(said).toEqual([2, fail('EEXIST'), 'gone', 3, 2]);
  });

  it('have no number in a namespace from which their leader is not seen', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('clone', CLONE_NEWPID, 'inner');
        return 0;
      },
      *inner() {
        say(yield sys('getpgid', 0), yield sys('getsid', 0), yield sys('getppid'));
        return 0;
      },
    }));
    expect(said).toEqual([0, 0, 0]);
  });
});
