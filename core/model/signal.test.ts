// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { explore } from '../explore/graph.ts';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_PRIVATE,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIG_BLOCK,
  SIG_IGN,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGKILL,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
  WNOHANG,
} from '../kernel/flags.ts';
import { putNumbers, putStruct, SIGACTION } from '../kernel/memory.ts';
import { A_QUEUE, type Scenario } from '../kernel/scenario.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { SIGSET_BYTES } from './limits.ts';
import { scenarioOnModel } from './scenario.ts';
import { trial } from './trial.ts';

const A_HANDLER = 0x401000;
const bit = (signal: number) => 2 ** (signal - 1);

/** Puts an action in place: a program's name, or SIG_IGN. */
function* act(
  { memory }: Caller,
  signal: number,
  program: string | typeof SIG_IGN,
  flags = 0,
  mask = 0,
): Program {
  const handler = program === SIG_IGN ? SIG_IGN : A_HANDLER;
  const action = putStruct(memory, SIGACTION, { handler, flags, mask });
  return yield sys('rt_sigaction', String(program), signal, action, 0, SIGSET_BYTES);
}

function* mask({ memory }: Caller, how: number, ...signals: readonly number[]): Program {
  const set = signals.reduce((sum, signal) => sum + bit(signal), 0);
  const address = putNumbers(memory, SIGSET_BYTES, [set]);
  return yield sys('rt_sigprocmask', how, address, 0, SIGSET_BYTES);
}

const waits = (said: readonly unknown[], count: number) => ({
  until: () => said.length >= count,
  why: 'its turn',
});

describe('a handler', () => {
  it('runs on top of what its task does, and interrupts a call that sleeps', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('fork', 'sleeper');
        yield waits(said, 1);
        say(yield sys('kill', 2, SIGUSR1));
        return 0;
      },
      *sleeper(me) {
        yield* act(me, SIGUSR1, 'handler');
        say('sleeps');
        say(yield sys('pause'));
        return 0;
      },
      *handler() {
        say('handles', yield sys('gettid'));
        return 0;
      },
    }));
    expect(said).toEqual(['sleeps', 0, 'handles', 2, fail('EINTR')]);
  });

  it.each([
    ['is made again where SA_RESTART asks for it', SA_RESTART, 3],
    ['is not made again without', 0, fail('EINTR')],
  ])('interrupts wait4, which %s', (_, flags, result) => {
    const { said } = trial((say, said) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'handler', flags);
        yield sys('fork', 'kills');
        yield sys('fork', 'exits');
        say(yield sys('wait4', 3, 0, 0));
        return 0;
      },
      *kills() {
        yield sys('kill', 1, SIGUSR1);
        return yield sys('pause');
      },
      *exits() {
        yield waits(said, 1);
        return yield sys('exit', 0);
      },
      *handler() {
        say('handled');
        return 0;
      },
    }));
    expect(said).toEqual(['handled', result]);
  });

  it('interrupts msgrcv for good, whatever it asks for', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'handler', SA_RESTART);
        const queue = yield sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
        yield sys('fork', 'kills');
        say(yield sys('msgrcv', queue, me.memory.allocate(16), 8, 0, 0));
        return 0;
      },
      *kills() {
        return yield sys('kill', 1, SIGUSR1);
      },
      *handler() {
        return 0;
      },
    }));
    expect(said).toEqual([fail('EINTR')]);
  });

  it('blocks its own signal while it runs, unless it says otherwise', () => {
    for (const [flags, order] of [
      [0, ['begins', 'ends', 'begins', 'ends']],
      [SA_NODEFER, ['begins', 'begins', 'ends', 'ends']],
    ] as const) {
      let runs = 0;
      const { said } = trial((say) => ({
        *init(me) {
          yield* act(me, SIGUSR1, 'handler', flags);
          yield sys('kill', 1, SIGUSR1);
          return 0;
        },
        *handler() {
          say('begins');
          if (runs++ === 0) yield sys('kill', 1, SIGUSR1);
          say('ends');
          return 0;
        },
      }));
      expect(said).toEqual(order);
    }
  });

  it('of two signals at once: the lower is begun first, and the other runs on top of it', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'one');
        yield* act(me, SIGUSR2, 'two');
        yield* mask(me, SIG_BLOCK, SIGUSR1, SIGUSR2);
        yield sys('kill', 1, SIGUSR2);
        yield sys('kill', 1, SIGUSR1);
        say('blocked');
        yield* mask(me, SIG_UNBLOCK, SIGUSR1, SIGUSR2);
        return 0;
      },
      *one() {
        say('one');
        return 0;
      },
      *two() {
        say('two');
        return 0;
      },
    }));
    expect(said).toEqual(['blocked', 'two', 'one']);
  });

  it('is the default again after SA_RESETHAND, its flags as before', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'handler', SA_RESETHAND);
        yield sys('kill', 1, SIGUSR1);
        const old = me.memory.allocate(SIGACTION.bytes);
        say(yield sys('rt_sigaction', '', SIGUSR1, 0, old, SIGSET_BYTES));
        say(me.memory.load(old), me.memory.load(old + 8));
        return 0;
      },
      *handler() {
        return 0;
      },
    }));
    expect(said).toEqual([0, 0, SA_RESETHAND]);
  });
});

describe('a signal without a handler', () => {
  it('ends the whole group, whose parent reads it in the status', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        yield sys('fork', 'process');
        yield sys('kill', 2, SIGTERM);
        const status = memory.allocate(4);
        say(yield sys('wait4', 2, status, 0), memory.load(status));
        return 0;
      },
      *process() {
        yield sys('clone', CLONE_A_THREAD, 'pauses');
        return yield sys('pause');
      },
      *pauses() {
        return yield sys('pause');
      },
    }));
    expect(said).toEqual([2, SIGTERM]);
  });

  it('spares an init, but for SIGKILL from outside of its namespace', () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_NEWPID, 'inner');
        yield waits(said, 2);
        say(yield sys('kill', 2, SIGTERM), yield sys('wait4', 2, 0, WNOHANG));
        say(yield sys('kill', 2, SIGKILL), yield sys('wait4', 2, 0, 0));
        return 0;
      },
      *inner() {
        say(yield sys('kill', 1, SIGTERM), yield sys('kill', 1, SIGKILL));
        return yield sys('pause');
      },
    }));
    expect(said).toEqual([0, 0, 0, 0, 0, 2]);
  });

  it('SIGCHLD ignored on purpose leaves no zombies', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield* act(me, SIGCHLD, SIG_IGN);
        yield sys('fork', 'exits');
        say(yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *exits() {
        return yield sys('exit', 0);
      },
    }));
    expect(said).toEqual([fail('ECHILD')]);
  });
});

describe('a signal to a group', () => {
  it('is taken by a thread that does not block it', () => {
    const { said } = trial((say, said) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'handler');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield* mask(me, SIG_BLOCK, SIGUSR1);
        yield waits(said, 1);
        say(yield sys('kill', 1, SIGUSR1));
        return 0;
      },
      *thread() {
        say('sleeps');
        say(yield sys('pause'));
        return 0;
      },
      *handler() {
        say(yield sys('gettid'));
        return 0;
      },
    }));
    expect(said).toEqual(['sleeps', 0, 2, fail('EINTR')]);
  });

  it('waits where all block it, and is gone once it is ignored', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield* act(me, SIGUSR1, 'handler');
        yield* mask(me, SIG_BLOCK, SIGUSR1);
        yield sys('kill', 1, SIGUSR1);
        yield* act(me, SIGUSR1, SIG_IGN);
        yield* act(me, SIGUSR1, 'handler');
        yield* mask(me, SIG_UNBLOCK, SIGUSR1);
        say('goes on');
        return 0;
      },
      *handler() {
        say('handled');
        return 0;
      },
    }));
    expect(said).toEqual(['goes on']);
  });
});

describe('a handler that strikes at any point', () => {
  const CALLS = 4;
  /** No design. */
  const LINUX: Parameters<typeof scenarioOnModel>[1] = {
    kernel: {},
    caller: {
      *direct(_me, _want, call) {
        return yield call;
      },
    },
  };
  /** Ids are given in order, so the one that the task does not get tells when its handler ran. */
  const scenario: Scenario = {
    name: 'struck',
    question: '',
    rule: '',
    kind: 'hazard',
    context: 'general use',
    directs: [],
    wants: [],
    tasks: [
      { name: 'A', role: 'counts', process: 'P', program: 'counts', setUp: 'handles' },
      { name: 'B', role: 'strikes', process: 'Q', program: 'strikes' },
    ],
    programs: () => ({
      *handles({ memory }) {
        const action = putStruct(memory, SIGACTION, { handler: 1000 });
        return yield sys('rt_sigaction', 'handler', SIGUSR1, action, 0, 8);
      },
      *counts() {
        const ids: number[] = [];
        for (let call = 0; call < CALLS; call++) ids.push(yield A_QUEUE.call);
        return Object.freeze(ids);
      },
      *strikes() {
        return yield sys('kill', 2, SIGUSR1);
      },
      *handler() {
        return yield A_QUEUE.call;
      },
    }),
    judge: () => null,
  };

  it('runs before and behind each of k calls: at k + 1 places', () => {
    const places = new Set<number>();
    const system = scenarioOnModel(
      {
        ...scenario,
        judge({ results }) {
          const ids = [results.get('A') ?? []].flat();
          places.add([0, 1, 2, 3, 4].find((id) => !ids.includes(id)) ?? -1);
          return null;
        },
      },
      LINUX,
      A_QUEUE,
    );
    expect(explore(system, { maxStates: 10_000 }).verdict.kind).toBe('EXHAUSTIVE');
    expect([...places].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});
