// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { runAtRandom } from '../../core/explore/run.ts';
import {
  A_CHILD,
  A_QUEUE,
  A_STATE,
  directBy,
  plainly,
  type Subject,
} from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { isBestForm } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { GLANCE } from '../check.ts';
import { CHECKS } from '../checks.ts';
import { loadScenarios } from '../index.ts';
import { FOR_SCENARIOS } from '../mutants/for-scenarios.ts';
import { checkTrial, scenarioTrial } from '../mutants/index.ts';
import { linearizableApart, linearizableOneId } from '../scenarios/linearizable/linearizable.ts';

import { atSize } from '../sizes/size.ts';
import { type Asked, type Ids, idsFrom } from './ids.ts';
import { recordedState } from './state.ts';

/** Enough for three threads that ask. */
const STATES = 3000;

const best = (await loadStrategies()).filter(isBestForm);

/** What the model gives to one task, call by call. */
function given(strategy: Strategy, { kind, call }: Subject, asked: readonly Asked[]): number[] {
  const direct = directBy(strategy.caller);
  const { said } = trial(
    (say) => ({
      *init(me) {
        for (const want of asked) {
          say(
            yield* want === null ? plainly(me, call) : direct(me, { kind, values: [want] }, call),
          );
        }
        return 0;
      },
      *child() {
        return yield { until: () => false, why: 'nothing', idle: true };
      },
    }),
    strategy.kernel,
  );
  return said.map(Number);
}

describe('the specification, and the model call by call', () => {
  const SUBJECTS: readonly (readonly [Subject, Ids])[] = [
    [A_QUEUE, { kind: 'msg', held: [], cursor: 0 }],
    // Init is 1.
    [A_CHILD, { kind: 'pid', held: [1], cursor: 2 }],
  ];

  it.each(
    best.flatMap((strategy) =>
      SUBJECTS.map((of) => [strategy.name, of[0].kind, strategy, of] as const),
    ),
  )('agree, by %s of %s', (_name, _kind, strategy, [subject, init]) => {
    // In the way of plain calls, beyond them, and of a slot that another has.
    const ids = fc.constantFrom(2, 3, 4, 6, 11, 32768 + 3);
    const programs = fc.array(fc.option(ids, { freq: 2 }), { maxLength: 12 });
    fc.assert(
      fc.property(programs, (asked) => {
        let state = init;
        for (const [at, answer] of given(strategy, subject, asked).entries()) {
          const { step } = idsFrom(init);
          const call = asked[at] ?? null;
          // No other answer would do.
          for (const other of [answer + 7, answer - 7, 0]) {
            if (other !== answer) expect(step(state, call, other).kind).toBe('refused');
          }
          const next = step(state, call, answer);
          if (next.kind === 'refused') throw new Error(next.why);
          state = next.state;
        }
      }),
      { seed: 200807, numRuns: 60 },
    );
  });
});

describe('the state of a queue, and the model call by call', () => {
  it.each(best.map((strategy) => [strategy.name, strategy] as const))(
    'agree, by %s',
    (_, strategy) => {
      const programs = fc.array(fc.option(fc.integer({ min: 1, max: 9 })), {
        minLength: 1,
        maxLength: 8,
      });
      fc.assert(
        fc.property(programs, (sets) => {
          const family = recordedState({
            name: 'one task',
            question: '',
            context: 'general use',
            sets: (_task, nth) => sets[nth] ?? null,
          });
          const alone = family.at?.({ threads: 1, calls: sets.length });
          if (alone === undefined) throw new Error('it has no sizes');
          const found = explore(scenarioOnModel(alone, strategy, A_STATE), { maxStates: 1000 });
          expect(found).toMatchObject({ interleavings: 1n, counterexample: null });
        }),
        { seed: 200807, numRuns: 30 },
      );
    },
  );
});

describe('a history', () => {
  it('says of each call which others had returned when it was made', () => {
    const scenario = atSize(linearizableApart, { threads: 3, calls: 2 });
    const [withId] = best;
    if (scenario === null || withId === undefined) throw new Error('no such size');
    for (let seed = 0; seed < 50; seed++) {
      const { threads } = scenarioOnModel(scenario, withId, A_QUEUE);
      const { schedule, results } = runAtRandom(threads, seed);
      // A call by with_id is three steps: to the entry, through the kernel, and out.
      const returnedBy = (task: string, step: number) => {
        const steps = schedule.slice(0, step).filter((name) => name === task).length;
        return Math.floor(Math.max(0, steps - 1) / 2);
      };
      for (const task of ['A', 'B', 'C']) {
        const said = [results.get(task)].flat() as number[];
        const own = schedule.flatMap((name, at) => (name === task ? [at] : []));
        for (const call of [0, 1]) {
          const made = own[call * 2] ?? 0;
          const seen = said.slice(1 + call * 4, 4 + call * 4);
          // The step that makes the second is the one in which the first returns.
          const expected = ['A', 'B', 'C'].map((other) =>
            other === task ? call : returnedBy(other, made),
          );
          expect(seen).toEqual(expected);
        }
      }
    }
  });
});

describe('only a history shows', () => {
  const mutant = FOR_SCENARIOS.find(({ rejectedBy }) => rejectedBy === linearizableOneId.name);
  if (mutant === undefined) throw new Error('linearizable-one-id has no mutant');

  it('that an id goes to who asked last, and then at three threads only', () => {
    const fails = (threads: number, calls: number) => {
      const scenario = atSize(linearizableOneId, { threads, calls });
      if (scenario === null) throw new Error('no such size');
      const found = explore(scenarioOnModel(scenario, mutant.strategy, A_QUEUE), {
        maxStates: 10_000,
      });
      expect(found.verdict.kind).toBe('EXHAUSTIVE');
      return found.counterexample !== null;
    };
    expect([fails(2, 1), fails(2, 2), fails(3, 1)]).toEqual([false, false, true]);
  });

  it('it, of all checks and scenarios', async () => {
    const scenarios = await loadScenarios();
    const trials = [
      ...CHECKS.map((check) => checkTrial(check, GLANCE)),
      ...scenarios.map((scenario) => scenarioTrial(scenario, STATES)),
    ];
    const rejecting = trials.filter(
      (trial) => trial.passes(mutant.base) === true && trial.passes(mutant.strategy) === false,
    );
    expect(rejecting.map(({ name }) => name)).toEqual([linearizableOneId.name]);
  });
});
