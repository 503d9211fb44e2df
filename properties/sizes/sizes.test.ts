// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { RunQueue } from '../../core/explore/run.ts';
import { A_QUEUE, directBy, type Scenario, subjectOf } from '../../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { withId } from '../../strategies/with-id.ts';
import { loadScenarios } from '../index.ts';
import { anyCallBetween } from '../scenarios/between/any-call-between.ts';
import { threadsAskAtOnce } from '../scenarios/threads/threads-ask-at-once.ts';
import { holds, largerExplored } from './explored.ts';
import { atSize, formatSize, largerSizes, parseSize, smallest } from './size.ts';

const scenarios = await loadScenarios();
const strategies = await loadStrategies();

const first = (scenario: Scenario, count: number): string[] => {
  const sizes: string[] = [];
  for (const { size } of largerSizes(scenario)) {
    if (sizes.push(formatSize(size)) === count) break;
  }
  return sizes;
};

/** Sizes that are explored with so many states, and which of them hold. */
function explored(scenario: Scenario, strategy: Strategy, maxStates: number): string[] {
  const subject = subjectOf(strategy, scenario);
  if (subject === null) return [];
  return [...largerExplored(scenario, strategy, subject, { maxStates })].map(
    (each) => `${formatSize(each.size)} ${holds(each) ? 'holds' : 'fails'}`,
  );
}

describe('sizes', () => {
  it('come in a fixed order, along diagonals', () => {
    expect(first(threadsAskAtOnce, 9)).toEqual([
      ...['2x2', '3x1', '2x3', '3x2', '4x1', '2x4', '3x3', '4x2', '5x1'],
    ]);
    // Alone, there is nobody to make more calls.
    expect(first(anyCallBetween, 6)).toEqual(['2x1', '2x2', '3x1', '2x3', '3x2', '4x1']);
  });

  it('are read as they are written', () => {
    expect(parseSize('12x3')).toEqual({ threads: 12, calls: 3 });
    for (const text of ['', '3', 'x', '0x1', '1x0', '3x', '1x2x3', '3 x 2', '1e1x1']) {
      expect(parseSize(text)).toBeNull();
    }
  });

  it('begin with what the file of a scenario says', () => {
    for (const scenario of scenarios) {
      const { size } = smallest(scenario);
      expect(atSize(scenario, size)).toBe(scenario);
      const { tasks, wants } = scenario.at?.(size) ?? scenario;
      expect({ tasks, wants }).toEqual({ tasks: scenario.tasks, wants: scenario.wants });
      expect(atSize(scenario, { ...size, threads: size.threads - 1 })).toBeNull();
      expect(atSize(scenario, { ...size, threads: 27 })).toBeNull();
    }
  });

  it('have as many tasks as they say, each under a letter of its own', () => {
    for (const scenario of scenarios) {
      const { threads } = smallest(scenario).size;
      const larger = atSize(scenario, { threads: threads + 3, calls: 2 });
      const names = (larger?.tasks ?? []).map(({ name }) => name);
      expect(larger?.tasks.length).toBe(threads + 3);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe('growth', () => {
  it('ends where the states are spent, of all sizes together', () => {
    const states = [...largerExplored(threadsAskAtOnce, withId, A_QUEUE, { maxStates: 2000 })]
      .slice(0, 2)
      .reduce((sum, { exploration }) => sum + exploration.states, 0);
    expect(explored(threadsAskAtOnce, withId, states)).toEqual(['2x2 holds', '3x1 holds']);
    expect(explored(threadsAskAtOnce, withId, states - 1)).toEqual(['2x2 holds']);
    expect(explored(threadsAskAtOnce, withId, 0)).toEqual([]);
  });

  it('ends at the first size that fails: a bystander has the hint of mainline', () => {
    const subject = subjectOf(nextId, anyCallBetween);
    if (subject === null) throw new Error('next_id directs queues');
    const alone = explore(scenarioOnModel(anyCallBetween, nextId, subject), { maxStates: 1000 });
    expect(alone).toMatchObject({ verdict: { kind: 'EXHAUSTIVE' }, counterexample: null });
    expect(explored(anyCallBetween, nextId, 10_000)).toEqual(['2x1 fails']);
  });
});

/** More have no letter, and more calls can't be named: parseSize(). */
const LARGEST = { threads: 26, calls: 99 };

describe('the numbers that a scenario asks for', () => {
  // The judge of a history says of each plain call which number it is to give.
  const judgedByWants = scenarios.filter(({ name }) => !name.startsWith('linearizable-'));

  it.each(judgedByWants.map((scenario) => ({ name: scenario.name, scenario })))(
    '$name: no plain call comes to one by itself, at the largest size either',
    ({ scenario }) => {
      const largest = atSize(scenario, LARGEST);
      if (largest === null) throw new Error('it has no such size');
      let played = 0;
      for (const strategy of strategies.filter(isBestForm)) {
        const subject = subjectOf(strategy, scenario);
        if (subject === null) continue;
        const alone = explore(scenarioOnModel(scenario, strategy, subject), { maxStates: 10_000 });
        if (alone.counterexample !== null) continue;
        played++;
        const system = scenarioOnModel(largest, strategy, subject);
        // Who has the numbers asks last, when all plain calls were made.
        const queue = new RunQueue();
        for (const thread of system.threads.toReversed()) queue.add(thread);
        expect([strategy.name, system.judge(queue.toCompletion())]).toEqual([strategy.name, null]);
      }
      expect(played).toBeGreaterThan(0);
    },
  );
});

/** Not free, so that they are nobody's. */
const TAKEN: Readonly<Record<string, readonly number[]>> = {
  'nested-namespaces': [2],
  'number-held-by-group': [3],
};

describe('what a scenario says that it wants', () => {
  it.each(scenarios.map((scenario) => ({ name: scenario.name, scenario })))(
    '$name: is all that it asks for',
    ({ name, scenario }) => {
      const asked = new Set<number>();
      let times = 0;
      for (const strategy of strategies.filter(isBestForm)) {
        const subject = subjectOf(strategy, scenario);
        if (subject === null) continue;
        const caller = {
          ...strategy.caller,
          direct: (...[me, want, call, prepared]: Parameters<typeof strategy.caller.direct>) => {
            times++;
            // A state has no ids.
            if (!want.kind.endsWith('_state')) for (const value of want.values) asked.add(value);
            return strategy.caller.direct(me, want, call, prepared);
          },
        };
        expect(directBy(caller).twoPasses).toBe(directBy(strategy.caller).twoPasses);
        explore(scenarioOnModel(scenario, { ...strategy, caller }, subject), { maxStates: 10_000 });
      }
      const known = [...scenario.wants, ...(TAKEN[name] ?? [])];
      expect(times).toBeGreaterThan(0);
      expect([...asked].filter((value) => !known.includes(value))).toEqual([]);
    },
  );
});
