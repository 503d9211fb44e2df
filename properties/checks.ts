// SPDX-License-Identifier: MIT
/**
 * What every design must do, each as a check that runs it on the model. A check names the first
 * thing that is wrong; mutants.ts has, for each check, a design that it must reject.
 */
import { explore } from '../core/explore/graph.ts';
import type { Want } from '../core/kernel/directed.ts';
import { fail, formatResult } from '../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE, IPC_RMID } from '../core/kernel/flags.ts';
import type { UserMemory } from '../core/kernel/memory.ts';
import { directBy } from '../core/kernel/scenario.ts';
import type { CallerHalf, Strategy } from '../core/kernel/strategy.ts';
import { type Caller, sys } from '../core/kernel/syscall.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { trial } from '../core/model/trial.ts';
import type { Check } from './check.ts';
import { generatedPrograms } from './generated-programs.ts';
import { threadsAskAtOnce } from './scenarios/threads-ask-at-once.ts';

/** Every caller half of a strategy, by name. */
export function callers({ name, caller, variants }: Strategy): [string, CallerHalf][] {
  const others = Object.entries(variants ?? {});
  return [
    [name, caller],
    ...others.map(([key, half]): [string, CallerHalf] => [`${name} (${key})`, half]),
  ];
}

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const msg = (id: number): Want => ({ kind: 'msg', values: [id] });

/** The first of `rows` whose result is not what it must be. */
function firstWrong(rows: readonly (readonly [string, unknown, number])[]): string | null {
  for (const [what, result, expected] of rows) {
    if (result !== expected) {
      const got = typeof result === 'number' ? formatResult(result) : 'nothing';
      return `${what} gave ${got}, where ${formatResult(expected)} belongs`;
    }
  }
  return null;
}

/** A caller whose `nth` allocation has only so many bytes, with nothing mapped behind it. */
function faultyFrom({ memory }: Caller, nth: number, bytes: number): Caller {
  let allocations = 0;
  let end = Number.POSITIVE_INFINITY;
  const faulty: UserMemory = {
    allocate(wanted) {
      allocations++;
      if (allocations < nth) return memory.allocate(wanted);
      if (allocations > nth) return end + 8 * allocations;
      const address = memory.allocate(bytes);
      end = address + bytes;
      return address;
    },
    store(address, value) {
      if (address < end) memory.store(address, value);
    },
    load: (address) => (address < end ? memory.load(address) : 0),
  };
  return { memory: faulty };
}

/** Every argument in turn, missing as a whole or behind its first word. */
const FAULTS = [1, 2, 3].flatMap((nth) => [0, 8].map((bytes) => ({ nth, bytes })));

export const CHECKS: readonly Check[] = [
  generatedPrograms,
  {
    name: 'threads that ask at once each get their own, in every interleaving',
    run(kernel, caller) {
      const system = scenarioOnModel(threadsAskAtOnce, { kernel, caller });
      const { verdict, failing, interleavings } = explore(system, { maxStates: 100_000 });
      if (verdict.kind === 'INCOMPLETE') return verdict.reason;
      return failing === 0n ? null : `${failing} of ${interleavings} interleavings fail`;
    },
  },
  {
    name: 'a call that succeeded leaves nothing behind',
    run(kernel, caller) {
      const direct = directBy(caller);
      const { said } = trial(
        (say) => ({
          *init(me) {
            say(yield* direct(me, msg(101), QUEUE), yield sys('msgctl', 101, IPC_RMID, 0));
            say(yield QUEUE);
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([
        ['the directed call', said[0], 101],
        ['IPC_RMID', said[1], 0],
        ['the plain call after it', said[2], 0],
      ]);
    },
  },
  {
    name: 'a call that failed leaves nothing behind',
    run(kernel, caller) {
      const direct = directBy(caller);
      const { said } = trial(
        (say) => ({
          *init(me) {
            say(yield sys('msgget', 7, NEW), yield* direct(me, msg(101), sys('msgget', 7, NEW)));
            say(yield QUEUE);
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([
        ['the plain call', said[0], 0],
        ['the directed call with a key that is taken', said[1], fail('EEXIST')],
        ['the plain call after it', said[2], 1],
      ]);
    },
  },
  {
    name: 'a fault leaves nothing behind',
    run(kernel, caller) {
      for (const { nth, bytes } of FAULTS) {
        const { said } = trial(
          (say) => ({
            *init(me) {
              // So that a plain call's id is not the 0 of a value that was never copied.
              yield QUEUE;
              const faulty = faultyFrom(me, nth, bytes);
              const prepared = caller.prepare === undefined ? 0 : yield* caller.prepare(faulty);
              const result = yield* caller.direct(faulty, msg(101), QUEUE, prepared);
              // Where nothing is passed by address, nothing faults.
              say(result === 101 ? fail('EFAULT') : result, yield QUEUE);
              return 0;
            },
          }),
          kernel,
        );
        const wrong = firstWrong([
          [`the directed call with a fault at argument ${nth}`, said[0], fail('EFAULT')],
          ['the plain call after it', said[1], 1],
        ]);
        if (wrong !== null) return wrong;
      }
      return null;
    },
  },
  {
    name: 'a call of another kind is as plain',
    run(kernel, caller) {
      const direct = directBy(caller);
      const { said } = trial(
        (say) => ({
          *init(me) {
            say(yield* direct(me, msg(101), sys('semget', IPC_PRIVATE, 1, NEW)));
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([['semget', said[0], 0]]);
    },
  },
  {
    name: 'a child inherits nothing',
    run(kernel, caller) {
      const direct = directBy(caller);
      const { said } = trial(
        (say) => ({
          *init(me) {
            yield* direct(me, msg(101), sys('fork', 'child'));
            return 0;
          },
          *child() {
            say(yield QUEUE);
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([["the child's plain call", said[0], 0]]);
    },
  },
  {
    name: 'what one task prepared arms no other',
    run(kernel, caller) {
      const { prepare } = caller;
      if (prepare === undefined) return null;
      let prepared = 0;
      const { said } = trial(
        (say, all) => ({
          *init(me) {
            prepared = yield* prepare.call(caller, me);
            yield sys('fork', 'child');
            yield { until: () => all.length === 1, why: 'the child' };
            say(yield QUEUE);
            return 0;
          },
          *child(me) {
            say(yield* caller.direct(me, msg(101), QUEUE, prepared));
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([
        ["the child's directed call by an inherited descriptor", said[0], fail('EACCES')],
        ["the parent's plain call after it", said[1], 0],
      ]);
    },
  },
  {
    name: 'no privilege, no number',
    run(kernel, caller) {
      const direct = directBy(caller);
      const { said } = trial(
        (say) => ({
          *init(me) {
            yield sys('setuid', 1000);
            say(yield* direct(me, msg(101), QUEUE), yield QUEUE);
            return 0;
          },
        }),
        kernel,
      );
      return firstWrong([
        ['the directed call', said[0], fail('EPERM')],
        ['the plain call after it', said[1], 0],
      ]);
    },
  },
];
