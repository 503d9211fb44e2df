// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { deadlockProne, independent, oneFieldForAll } from './example-systems.ts';
import { explore } from './graph.ts';
import { findCause, replay } from './replay.ts';
import { RunQueue, runAtRandom } from './run.ts';
import { formatSchedule, parseSchedule } from './schedule.ts';
import { PREEMPT, spawn } from './thread.ts';

describe('a run to completion', () => {
  it('leaves a thread only where it waits or ends', () => {
    const order: string[] = [];
    const gate = new Cell(false, null, 'gate');
    const queue = new RunQueue();
    queue.add({
      name: 'A',
      *start() {
        order.push('A1');
        yield PREEMPT;
        order.push('A2');
        yield { until: () => gate.v, why: 'the gate' };
        order.push('A3');
        return 'a';
      },
    });
    queue.add({
      name: 'B',
      *start() {
        order.push('B1');
        yield PREEMPT;
        gate.v = true;
        return 'b';
      },
    });
    const { results, blocked } = queue.toCompletion();
    expect(order).toEqual(['A1', 'A2', 'B1', 'A3']);
    expect([...results]).toEqual([
      ['B', 'b'],
      ['A', 'a'],
    ]);
    expect(blocked).toEqual([]);
  });

  it('says who waits for ever, and for what, and goes on when the wait is over', () => {
    const gate = new Cell(false, null, 'gate');
    const queue = new RunQueue();
    queue.add({
      name: 'A',
      *start() {
        yield { until: () => gate.v, why: 'the gate' };
        return 1;
      },
    });
    expect(queue.toCompletion().blocked).toEqual([{ thread: 'A', why: 'the gate' }]);
    gate.v = true;
    expect(queue.toCompletion()).toMatchObject({ blocked: [], results: new Map([['A', 1]]) });
  });

  it('runs what a thread spawns', () => {
    const queue = new RunQueue();
    const child = (key: string) => ({
      key,
      *start() {
        return key;
      },
    });
    queue.add({
      name: 'A',
      *start() {
        spawn(child('one'));
        spawn(child('two'));
      },
    });
    const { results } = queue.toCompletion();
    expect([results.get('Aa'), results.get('Ab')]).toEqual(['one', 'two']);
  });
});

describe('a run at random', () => {
  const scheduleOf = (seed: number) => runAtRandom(oneFieldForAll(3).threads, seed).schedule;

  it('is the same run for the same seed', () => {
    expect(scheduleOf(7)).toEqual(scheduleOf(7));
  });

  it('replays on the engine that explores, to the same end', () => {
    for (let seed = 0; seed < 50; seed++) {
      const live = oneFieldForAll(2);
      const { schedule, results, blocked } = runAtRandom(live.threads, seed);
      const wrong = live.judge({ results, blocked });
      expect(replay(oneFieldForAll(2), schedule).wrong).toBe(wrong);
    }
  });

  it('reaches every interleaving of two threads of three steps', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 1000; seed++) {
      seen.add(formatSchedule(runAtRandom(independent([3, 3]).threads, seed).schedule));
    }
    expect(seen.size).toBe(20);
  });

  it('says who waits for ever', () => {
    const ends = Array.from({ length: 40 }, (_, seed) =>
      runAtRandom(deadlockProne().threads, seed),
    );
    expect(ends.some(({ blocked }) => blocked.length === 2)).toBe(true);
    expect(ends.some(({ blocked }) => blocked.length === 0)).toBe(true);
  });
});

describe('replay', () => {
  it('refuses a step that its thread cannot take, and names those that can', () => {
    expect(() => replay(independent([1, 2]), parseSchedule('A2 B2'))).toThrow(
      'replay string, step 2: A is not possible there; what is possible: B',
    );
  });

  it('refuses to stop before the end', () => {
    expect(() => replay(independent([1, 2]), parseSchedule('A1 B1'))).toThrow(
      'replay string: it stops after 2 steps, before the run has ended; go on with one of B',
    );
  });

  it('refuses to go on after it', () => {
    expect(() => replay(independent([1]), parseSchedule('A2'))).toThrow(
      'replay string, step 2: A is not possible there; the run ends after 1 steps',
    );
  });

  it('leaves the cells as they were, also where it refuses', () => {
    const cell = new Cell(1, null, 'cell');
    const system = {
      threads: [
        {
          name: 'A',
          *start() {
            cell.v = 2;
            yield PREEMPT;
            cell.v = 3;
          },
        },
      ],
      judge: () => null,
    };
    replay(system, parseSchedule('A2'));
    expect(cell.raw).toBe(1);
    expect(() => replay(system, parseSchedule('A1'))).toThrow();
    expect(cell.raw).toBe(1);
  });
});

describe('the cause of a failure', () => {
  it('is two steps on one cell whose reversal makes all well', () => {
    const system = oneFieldForAll(2);
    const { counterexample } = explore(system, { maxStates: 1000 });
    const trace = replay(system, counterexample ?? []);
    const cause = findCause(system, trace);
    expect(cause?.cell.label).toBe('shared.next');
    const [first, second] = [trace.steps[cause?.first ?? -1], trace.steps[cause?.second ?? -1]];
    expect(new Set([first?.thread, second?.thread])).toEqual(new Set(['A', 'B']));
  });

  it('is nothing where every order fails', () => {
    const cell = new Cell(0, null, 'cell');
    const writes = (name: string, value: number) => ({
      name,
      *start() {
        cell.v = value;
      },
    });
    const system = { threads: [writes('A', 1), writes('B', 2)], judge: () => 'always wrong' };
    expect(findCause(system, replay(system, ['A', 'B']))).toBeNull();
  });
});

describe('a run queue with a seed', () => {
  /** Threads of two steps each; the order in which they took them. */
  function orderOf(seed: number | null): string {
    const taken: string[] = [];
    const queue = new RunQueue(seed);
    for (const name of ['A', 'B']) {
      queue.add({
        name,
        *start() {
          taken.push(name);
          yield PREEMPT;
          taken.push(name);
        },
      });
    }
    const { results, blocked } = queue.toCompletion();
    expect([results.size, blocked]).toEqual([2, []]);
    return taken.join('');
  }

  it('draws who takes each step, the same for the same seed', () => {
    const orders = Array.from({ length: 60 }, (_, seed) => orderOf(seed));
    expect([...new Set(orders)].sort()).toEqual(['AABB', 'ABAB', 'ABBA', 'BAAB', 'BABA', 'BBAA']);
    expect(Array.from({ length: 60 }, (_, seed) => orderOf(seed))).toEqual(orders);
  });

  it('and without one leaves a thread only when it waits or ends', () => {
    expect(orderOf(null)).toBe('AABB');
  });

  it('lets a thread go on as soon as what it waits for is so', () => {
    const flag = new Cell(false, null, 'flag');
    const queue = new RunQueue(1);
    queue.add({
      name: 'A',
      *start() {
        yield { until: () => flag.v, why: 'the flag' };
        return queue.running;
      },
    });
    queue.add({
      name: 'B',
      *start() {
        yield PREEMPT;
        flag.v = true;
        return queue.running;
      },
    });
    expect(queue.toCompletion()).toEqual({
      results: new Map([
        ['A', 'A'],
        ['B', 'B'],
      ]),
      blocked: [],
    });
  });

  it('wakes all of many that wait, though it does not look at each at every step', () => {
    const flag = new Cell(false, null, 'flag');
    const looks = { count: 0 };
    const queue = new RunQueue(1);
    for (let n = 0; n < 500; n++) {
      queue.add({
        name: `W${n}`,
        *start() {
          const until = () => {
            looks.count++;
            return flag.v;
          };
          yield { until, why: 'the flag' };
        },
      });
    }
    queue.add({
      name: 'A',
      *start() {
        for (let n = 0; n < 10_000; n++) yield PREEMPT;
        flag.v = true;
      },
    });
    const { results, blocked } = queue.toCompletion();
    expect([results.size, blocked]).toEqual([501, []]);
    expect(looks.count).toBeLessThan(500_000);
  });
});
