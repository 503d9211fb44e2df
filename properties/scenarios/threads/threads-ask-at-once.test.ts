// SPDX-License-Identifier: MIT
/** Exact counts, so that a change to the model or a design that moves a step does not go unnoticed. */
import { describe, expect, it } from 'vitest';
import { explore } from '../../../core/explore/graph.ts';
import { replay } from '../../../core/explore/replay.ts';
import { runAtRandom } from '../../../core/explore/run.ts';
import { A_QUEUE } from '../../../core/kernel/scenario.ts';
import { scenarioOnModel } from '../../../core/model/scenario.ts';
import { loadStrategies } from '../../../strategies/index.ts';
import { threadsAskAtOnce } from './threads-ask-at-once.ts';

const strategies = await loadStrategies();

/** Interleavings of two threads of so many steps each. */
function central(steps: bigint): bigint {
  let ways = 1n;
  for (let k = 1n; k <= steps; k++) ways = (ways * (steps + k)) / k;
  return ways;
}

describe('two threads that ask at once', () => {
  it.each([
    ['with_id', 3n, 20, 0n],
    ['procfs', 14n, 501, 0n],
    ['setter', 7n, 68, 0n],
    ['indirect', 6n, 53, 0n],
    ['process-field', 7n, 148, 2450n],
    ['next_id', 13n, 624, 9640904n],
  ])(
    'by %s, %i steps each, reach %i states, and %i interleavings fail',
    (name, steps, states, failing) => {
      const strategy = strategies.find((candidate) => candidate.name === name);
      if (strategy === undefined) throw new Error(`no ${name}`);
      const found = explore(scenarioOnModel(threadsAskAtOnce, strategy, A_QUEUE), {
        maxStates: 10_000,
      });
      expect(found).toMatchObject({ interleavings: central(steps), states, failing, deadlocks: 0 });
    },
  );

  it.each(strategies.map((strategy) => ({ name: strategy.name, strategy })))(
    'by $name end the same live and replayed, for any random schedule',
    ({ strategy }) => {
      for (let seed = 0; seed < 20; seed++) {
        const live = scenarioOnModel(threadsAskAtOnce, strategy, A_QUEUE);
        const { schedule, results, blocked } = runAtRandom(live.threads, seed);
        const wrong = live.judge({ results, blocked });
        expect(replay(scenarioOnModel(threadsAskAtOnce, strategy, A_QUEUE), schedule).wrong).toBe(
          wrong,
        );
      }
    },
  );
});
