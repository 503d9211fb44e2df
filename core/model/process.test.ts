// SPDX-License-Identifier: MIT
/** clone, exit, wait, groups and sessions, by their manual pages and kernel/{fork,exit,sys}.c. */
import { describe, expect, it } from 'vitest';
import { withId } from '../../strategies/with-id.ts';
import { explore } from '../explore/graph.ts';
import type { System } from '../explore/machine.ts';
import { replay } from '../explore/replay.ts';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_FILES,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  PR_SET_NAME,
  WNOHANG,
} from '../kernel/flags.ts';
import { putNumbers, putText } from '../kernel/memory.ts';
import { type Program, type ProgramBody, sys } from '../kernel/syscall.ts';
import { ModelKernel } from './kernel.ts';
import { trial } from './trial.ts';

const THREAD = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

function* exits(): Program {
  return yield sys('exit_group', 0);
}

function* pauses(): Program {
  return yield sys('pause');
}

describe('clone', () => {
  it.each([
    ['CLONE_THREAD without CLONE_SIGHAND', CLONE_THREAD | CLONE_VM, 'EINVAL'],
    ['CLONE_SIGHAND without CLONE_VM', CLONE_SIGHAND, 'EINVAL'],
    ['a thread in a new pid namespace', THREAD | CLONE_NEWPID, 'EINVAL'],
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
          say(yield sys('clone', THREAD, 'thread'));
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

describe('exit and wait4', () => {
  it('hand the status over once, and ECHILD after that', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const status = memory.allocate(8);
        const child = yield sys('fork', 'child');
        say((yield sys('wait4', child, status, 0)) === child, memory.load(status));
        say(yield sys('wait4', child, status, 0));
        return 0;
      },
      *child() {
        return yield sys('exit_group', 258 + 5);
      },
    }));
    expect(said).toEqual([true, 7 << 8, fail('ECHILD')]);
  });

  it('do not wait with WNOHANG, and refuse options that are not modelled', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('fork', 'pauses');
        say(yield sys('wait4', -1, 0, WNOHANG), yield sys('wait4', -1, 0, 64));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([0, fail('EINVAL')]);
  });

  it('leave the status uncollected where it can not be stored: EFAULT, and the child is gone', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('fork', 'exits');
        say(yield sys('wait4', -1, 12345, 0), yield sys('wait4', -1, 0, 0));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([fail('EFAULT'), fail('ECHILD')]);
  });

  it('select by process group', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('fork', 'leads');
        yield sys('fork', 'exits');
        yield { until: () => said.length > 0, why: 'the leader' };
        say(yield sys('wait4', 0, 0, 0), yield sys('wait4', 0, 0, WNOHANG));
        say(yield sys('wait4', -2, 0, 0));
        return 0;
      },
      *leads() {
        say(yield sys('setpgid', 0, 0));
        return yield sys('exit_group', 0);
      },
      exits,
    }));
    expect(said).toEqual([0, 3, fail('ECHILD'), 2]);
  });

  it('reparent orphans to init', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('fork', 'parent');
        say(yield sys('wait4', 2, 0, 0));
        say(yield sys('wait4', 3, 0, 0));
        return 0;
      },
      *parent() {
        yield sys('fork', 'orphan');
        return yield sys('exit_group', 0);
      },
      *orphan() {
        yield { until: () => said.length > 0, why: 'its parent to be gone' };
        say(yield sys('getppid'));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([2, 1, 3]);
  });

  it('of a leader whose thread lives on is no death: wait4 waits for the last thread', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('fork', 'leader');
        say('reaped', yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *leader() {
        yield sys('clone', THREAD, 'thread');
        return yield sys('exit', 1);
      },
      *thread() {
        yield sys('getpid');
        say('thread lives');
        return yield sys('exit', 0);
      },
    }));
    expect(said).toEqual(['thread lives', 'reaped', 2]);
  });

  it('of the whole group kill the other threads', () => {
    const { said, blocked } = trial((say) => ({
      *init() {
        yield sys('fork', 'leader');
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *leader() {
        yield sys('clone', THREAD, 'pauses');
        yield sys('fork', 'exits');
        return yield sys('exit_group', 0);
      },
      pauses,
      exits,
    }));
    expect(said).toEqual([2]);
    expect(blocked).toEqual([]);
  });

  it("of a namespace's init kill everybody in it and below, who are reaped before it is gone", () => {
    const { said, blocked } = trial((say, said) => ({
      *init() {
        const inner = yield sys('clone', CLONE_NEWPID, 'inner');
        say((yield sys('wait4', -1, 0, 0)) === inner, yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *inner() {
        yield sys('fork', 'pauses');
        yield sys('clone', CLONE_NEWPID, 'innermost');
        yield { until: () => said.includes('forked'), why: 'the innermost' };
        return yield sys('exit_group', 0);
      },
      *innermost() {
        yield sys('fork', 'pauses');
        say('forked');
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said).toEqual(['forked', true, fail('ECHILD')]);
    expect(blocked).toEqual([]);
  });

  it("of a namespace's init leave nobody in it who could fork again", () => {
    const { said } = trial((say) => {
      let dying = false;
      return {
        *init() {
          yield sys('clone', CLONE_NEWPID, 'inner');
          return 0;
        },
        *inner() {
          yield sys('fork', 'late');
          dying = true;
          return yield sys('exit_group', 0);
        },
        *late() {
          yield { until: () => dying, why: 'init to die' };
          say(yield sys('fork', 'exits'));
          return 0;
        },
        exits,
      };
    });
    expect(said).toEqual([]);
  });
});

/** A namespace whose init forks `last` and exits. */
const dying = (last: ProgramBody): System => {
  const kernel = new ModelKernel(
    {},
    {
      *outside() {
        const inner = yield sys('clone', CLONE_NEWPID, 'inner');
        return (yield sys('wait4', -1, 0, 0)) === inner ? 0 : 1;
      },
      *inner() {
        yield sys('fork', 'last');
        return yield sys('exit_group', 0);
      },
      last,
      *clones() {
        yield sys('clone', THREAD, 'pauses');
        return yield sys('pause');
      },
      pauses,
    },
  );
  return {
    threads: [kernel.thread('A', kernel.init, 'outside')],
    judge: ({ results, blocked }) => {
      if (blocked.length > 0) return `${blocked[0]?.thread} lives on`;
      return results.get('A') === 0 ? null : 'init was not reaped';
    },
  };
};

describe('a fork while its namespace or its group is being killed', () => {
  it.each<[string, ProgramBody]>([
    [
      'a process',
      function* () {
        yield sys('fork', 'pauses');
        return yield sys('pause');
      },
    ],
    [
      'a thread',
      function* () {
        yield sys('clone', THREAD, 'pauses');
        return yield sys('pause');
      },
    ],
    [
      'a thread, and the group exits by itself',
      function* () {
        yield sys('clone', THREAD, 'pauses');
        return yield sys('exit_group', 0);
      },
    ],
  ])('leaves nobody behind in any interleaving: %s', (_, last) => {
    const system = dying(last);
    const { verdict, failing, counterexample } = explore(system, { maxStates: 100_000 });
    expect(counterexample && replay(system, counterexample).wrong).toBeNull();
    expect({ verdict, failing }).toEqual({ verdict: { kind: 'EXHAUSTIVE' }, failing: 0n });
  });
});

describe('a clone by a thread while its group exits', () => {
  it('leaves nobody behind in any interleaving', () => {
    const kernel = new ModelKernel(
      {},
      {
        *parent() {
          const child = yield sys('fork', 'leader');
          return (yield sys('wait4', -1, 0, 0)) === child ? 0 : 1;
        },
        *leader() {
          yield sys('clone', THREAD, 'clones');
          return yield sys('exit_group', 0);
        },
        *clones() {
          yield sys('clone', THREAD, 'pauses');
          return yield sys('pause');
        },
        pauses,
      },
    );
    const system: System = {
      threads: [kernel.thread('A', kernel.init, 'parent')],
      judge: ({ blocked }) => blocked[0]?.thread ?? null,
    };
    const { verdict, failing } = explore(system, { maxStates: 100_000 });
    expect({ verdict, failing }).toEqual({ verdict: { kind: 'EXHAUSTIVE' }, failing: 0n });
  });
});

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

describe('credentials', () => {
  it('are dropped for good by root, and by nobody else', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('setgid', 50), yield sys('setuid', 1000));
        say(yield sys('setuid', 0), yield sys('setuid', 1000), yield sys('setgid', 0));
        say(yield sys('setuid', -1), yield sys('setgid', -1));
        return 0;
      },
    }));
    const refused = fail('EPERM');
    expect(said).toEqual([0, 0, refused, 0, refused, fail('EINVAL'), fail('EINVAL')]);
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
