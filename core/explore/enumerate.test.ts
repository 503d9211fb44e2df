// SPDX-License-Identifier: MIT
/** Counts with a closed form; brute-force.test.ts has others. */
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { enumerate } from './enumerate.ts';
import { deadlockProne, fourSteps, independent, oneFieldForAll } from './example-systems.ts';
import { explore } from './graph.ts';
import { Machine, type System } from './machine.ts';
import { choose, PREEMPT, spawn } from './thread.ts';

/** Two make a thread each, of two steps. */
function makers(): System {
  const count = new Cell(0, null, 'count');
  const child = {
    key: 'child',
    *start() {
      count.v += 1;
      yield PREEMPT;
      count.v += 1;
    },
  };
  return {
    threads: ['A', 'B'].map((name) => ({
      name,
      *start() {
        spawn(child);
      },
    })),
    judge: () => null,
  };
}

/** Two of two steps, of which the first has three alternatives. */
function choosers(): System {
  return {
    threads: ['A', 'B'].map((name) => ({
      name,
      *start() {
        choose('well', 'EINTR', 'ENOMEM');
        yield PREEMPT;
      },
    })),
    judge: () => null,
  };
}

describe('enumerate', () => {
  it.each([
    ['threads that share nothing', independent([3, 2]), 10],
    ['three that share a field', oneFieldForAll(3), 1680],
    ['three of four steps', fourSteps(3), 34_650],
    // Chains of three steps each.
    ['threads that are made', makers(), 20],
    ['steps with alternatives', choosers(), 6 * 3 * 3],
  ])('leads each interleaving of %s to its end', (_, system, count) => {
    let seen = 0;
    const onRun = () => {
      seen++;
    };
    const machine = new Machine(system.threads);
    expect([enumerate(machine, { maxRuns: count }, onRun), seen]).toEqual([count, count]);
  });

  it('leads to deadlocks too, as often as the state graph has paths there', () => {
    let deadlocks = 0;
    const machine = new Machine(deadlockProne().threads);
    const runs = enumerate(machine, { maxRuns: 1000 }, () => {
      if (machine.end().blocked.length > 0) deadlocks++;
    });
    const { interleavings, failing } = explore(deadlockProne(), { maxStates: 1000 });
    expect([BigInt(runs), BigInt(deadlocks)]).toEqual([interleavings, failing]);
  });

  it('ends on a spent budget, and leaves memory as it was', () => {
    const machine = new Machine(oneFieldForAll(3).threads);
    expect(() => enumerate(machine, { maxRuns: 1679 }, () => {})).toThrow(
      'more than 1679 interleavings',
    );
    expect(enumerate(machine, { maxRuns: 1680 }, () => {})).toBe(1680);
  });
});
