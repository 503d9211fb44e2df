// SPDX-License-Identifier: MIT
/** exit, wait4 and the death of namespaces, by kernel/exit.c and pid_namespace.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { explore } from '../explore/graph.ts';
import type { System } from '../explore/machine.ts';
import { replay } from '../explore/replay.ts';
import { fail } from '../kernel/errno.ts';
import { CLONE_A_THREAD, CLONE_NEWPID, WNOHANG } from '../kernel/flags.ts';
import { type Program, type ProgramBody, sys } from '../kernel/syscall.ts';
import { ModelKernel } from './kernel.ts';
import { trial } from './trial.ts';

function* exits(): Program {
  return yield sys('exit_group', 0);
}

function* pauses(): Program {
  return yield sys('pause');
}

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

  it('of two threads that wait for one child, one gets it and the other ECHILD', () => {
    const { said, blocked } = trial((say) => ({
      *init() {
        yield sys('fork', 'child');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *thread() {
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *child() {
        return yield sys('exit', 0);
      },
    }));
    expect(blocked).toEqual([]);
    expect(said).toEqual([2, fail('ECHILD')]);
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

  it('mean by 0 the group that the caller was in when it called', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_NEWPID, 'root');
        return 0;
      },
      *root() {
        yield sys('clone', CLONE_A_THREAD, 'leads');
        yield sys('fork', 'waits');
        say(yield sys('wait4', 0, 0, 0));
        return 0;
      },
      *leads() {
        say(yield sys('setsid'));
        return 0;
      },
      *waits() {
        yield { until: () => said.length > 0, why: 'another session' };
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([1, 3]);
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
        yield sys('clone', CLONE_A_THREAD, 'thread');
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
        yield sys('clone', CLONE_A_THREAD, 'pauses');
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
        yield sys('clone', CLONE_A_THREAD, 'pauses');
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
        yield sys('clone', CLONE_A_THREAD, 'pauses');
        return yield sys('pause');
      },
    ],
    [
      'a thread, and the group exits by itself',
      function* () {
        yield sys('clone', CLONE_A_THREAD, 'pauses');
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
          yield sys('clone', CLONE_A_THREAD, 'clones');
          return yield sys('exit_group', 0);
        },
        *clones() {
          yield sys('clone', CLONE_A_THREAD, 'pauses');
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
