// SPDX-License-Identifier: MIT
/** What each design makes of a signal handler, and of a fork that is interrupted and made again. */
import { describe, expect, it } from 'vitest';
import { explore } from '../core/explore/graph.ts';
import type { Directable, WantKind } from '../core/kernel/directed.ts';
import { IPC_CREAT, IPC_PRIVATE, SIGUSR1 } from '../core/kernel/flags.ts';
import { putStruct, SIGACTION } from '../core/kernel/memory.ts';
import {
  A_CHILD,
  A_QUEUE,
  directBy,
  type Scenario,
  type Subject,
} from '../core/kernel/scenario.ts';
import type { CallerHalf, Strategy } from '../core/kernel/strategy.ts';
import { type Program, type ProgramBody, sys } from '../core/kernel/syscall.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { trial } from '../core/model/trial.ts';
import { arm, putBack, take } from './fields/next-syscall-data.ts';
import { indirect } from './indirect.ts';
import { procfsJuly } from './posted/procfs-july.ts';
import { procfsV2 } from './posted/procfs-v2.ts';
import { setterJuly } from './posted/setter-july.ts';
import { procfs } from './procfs.ts';
import { setter } from './setter.ts';
import { setterShielded } from './variations/setter-shielded.ts';
import { withId } from './with-id.ts';

const WANTED = 101;

/** A asks for an id while B, at any time, makes it run a handler. */
const struck = (handler: ProgramBody): Scenario => ({
  name: 'struck',
  question: 'A directed call is interrupted. Does it get its id?',
  rule: 'the call gets its id',
  kind: 'hazard',
  context: 'general use',
  directs: ['pid', 'msg'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: 'asks', process: 'P', program: 'asks', setUp: 'handles' },
    { name: 'B', role: 'strikes', process: 'Q', program: 'strikes' },
  ],
  programs: (direct, { kind, call }) => ({
    *handles({ memory }) {
      const action = putStruct(memory, SIGACTION, { handler: 1000 });
      return yield sys('rt_sigaction', 'handler', SIGUSR1, action, 0, 8);
    },
    *asks(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
    *strikes() {
      // A is the first process after init.
      return yield sys('kill', 2, SIGUSR1);
    },
    handler,
  }),
  judge: ({ results }) => (results.get('A') === WANTED ? null : `got ${results.get('A')}`),
});

const nothing: ProgramBody = function* () {
  return 0;
};

/** How many of the interleavings fail: of all, and null if every one is fine. */
function failing(strategy: Strategy, handler: ProgramBody, subject: Subject): string | null {
  const { verdict, failing, interleavings, deadlocks } = explore(
    scenarioOnModel(struck(handler), strategy, subject),
    { maxStates: 20_000 },
  );
  expect(verdict.kind).toBe('EXHAUSTIVE');
  expect(deadlocks).toBe(0);
  return failing === 0n ? null : `${failing} of ${interleavings}`;
}

const forgetful: Strategy = {
  ...setter,
  kernel: { ...setter.kernel, asked: { askedIn: 'call', wanted: take } },
};

/** Calls the same as what it interrupts, and asks for nothing. */
const forks: ProgramBody = function* () {
  return yield A_CHILD.call;
};
const makesAQueue: ProgramBody = function* () {
  return yield A_QUEUE.call;
};

describe('a fork that is interrupted and made again', () => {
  it.each([withId, procfs, setter, setterShielded, indirect])(
    'gets its pid by $name',
    (strategy) => {
      expect(failing(strategy, nothing, A_CHILD)).toBeNull();
    },
  );

  it('loses it where a design does not put it back', () => {
    expect(failing(forgetful, nothing, A_CHILD)).not.toBeNull();
  });

  it('does not get it back over another that came meanwhile', () => {
    const { said } = trial(
      (say) => ({
        *init() {
          say(yield sys('getpid'), yield A_QUEUE.call);
          return 0;
        },
      }),
      {
        ...setter.kernel,
        syscalls: {
          // As if somebody else could arm the task, as in the control anyone-writes.
          *getpid(kernel, current) {
            arm(kernel, current, { kind: 'msg', values: [102] });
            putBack(kernel, current, { kind: 'msg', values: [101] });
            return 1;
          },
        },
      },
    );
    expect(said).toEqual([1, 102]);
  });

  it('has not been asked for yet where the allocator asks', () => {
    expect(failing(procfsV2, nothing, A_CHILD)).toBeNull();
  });

  it('loses it where the value was for the next call, by either road', () => {
    expect(failing(setterJuly, nothing, A_CHILD)).not.toBeNull();
    expect(failing(procfsJuly, nothing, A_CHILD)).not.toBeNull();
  });
});

describe('a handler that makes such a call between the passes', () => {
  it.each([
    ['fork', A_CHILD, forks],
    ['msgget', A_QUEUE, makesAQueue],
  ] as const)(
    'of %s takes the value of setter, and not that of its shielded form',
    (_, subject, handler) => {
      expect(failing(setter, handler, subject)).not.toBeNull();
      for (const design of [setterShielded, withId, indirect]) {
        expect(failing(design, handler, subject)).toBeNull();
      }
    },
  );

  it('even if it returns at once costs the July forms their value, as sigreturn is a call', () => {
    expect(failing(setterJuly, nothing, A_QUEUE)).not.toBeNull();
    expect(failing(setter, nothing, A_QUEUE)).toBeNull();
  });
});

describe('the shield', () => {
  const queue = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);

  /** Arms for a queue, then has handlers run, each what it is given. */
  function armedAndStruck(handlers: Record<string, ProgramBody>, say: (what: number) => void) {
    return {
      ...handlers,
      *init(me) {
        const direct = directBy(armsOnly(setterShielded.caller));
        for (const [signal, program] of [
          [10, 'outer'],
          [12, 'inner'],
        ] as const) {
          const action = putStruct(me.memory, SIGACTION, { handler: 1000 });
          yield sys('rt_sigaction', program, signal, action, 0, 8);
        }
        yield* direct(me, { kind: 'msg', values: [101] }, queue);
        yield sys('kill', 1, 10);
        say(yield queue);
        return 0;
      },
    } satisfies Record<string, ProgramBody>;
  }

  /** Its first call only: it arms, and the call itself is left out. */
  const armsOnly = (half: CallerHalf): CallerHalf => ({
    *direct(me, want, call, prepared): Program {
      const steps = half.direct(me, want, call, prepared);
      const first = steps.next(0);
      return first.done === true ? first.value : yield first.value;
    },
  });

  it('keeps values apart in handlers that nest, and drops what a handler leaves armed', () => {
    const arms = directBy(armsOnly(setterShielded.caller));
    const want = (id: number) => ({ kind: 'msg' as WantKind, values: [id] });
    const { said } = trial(
      (say) =>
        armedAndStruck(
          {
            *outer(me) {
              yield* arms(me, want(202), queue as Directable);
              yield sys('kill', 1, 12);
              say(yield queue);
              yield* arms(me, want(203), queue as Directable);
              return 0;
            },
            *inner(me) {
              say(yield queue);
              yield* arms(me, want(303), queue as Directable);
              return 0;
            },
          },
          say,
        ),
      setterShielded.kernel,
    );
    expect(said).toEqual([0, 202, 101]);
  });
});
