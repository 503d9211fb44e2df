// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { allocate, Cell, Struct } from './cell.ts';
import { deadlockProne, fourSteps, independent, oneFieldForAll } from './example-systems.ts';
import { explore } from './graph.ts';
import type { System } from './machine.ts';
import { replay } from './replay.ts';
import { NondeterminismError } from './step-recorder.ts';
import { PREEMPT, type Steps, spawn, type Thread } from './thread.ts';

const ALL = { maxStates: 1_000_000 };

function factorial(n: number): bigint {
  return n < 2 ? 1n : BigInt(n) * factorial(n - 1);
}

function multinomial(steps: readonly number[]): bigint {
  const total = steps.reduce((sum, n) => sum + n, 0);
  return steps.reduce((quotient, n) => quotient / factorial(n), factorial(total));
}

describe('explore', () => {
  it.each([[[3, 3]], [[1, 1]], [[2, 5]], [[3, 3, 3]], [[1, 2, 3, 4]], [[13, 13]]])(
    'counts the interleavings of independent threads of %j steps as the multinomial',
    (steps) => {
      const { interleavings, verdict, failing, states } = explore(independent(steps), ALL);
      expect(verdict).toEqual({ kind: 'EXHAUSTIVE' });
      expect(interleavings).toBe(multinomial(steps));
      expect(failing).toBe(0n);
      expect(states).toBe(steps.reduce((product, n) => product * (n + 1), 1));
    },
  );

  it.each([
    [2, 20n, 12n],
    [3, 1680n, 1512n],
    [4, 369600n, 362880n],
  ])(
    'with one field for %i threads, %i interleavings of which %i fail',
    (threads, all, failing) => {
      const exploration = explore(oneFieldForAll(threads), ALL);
      expect(exploration.interleavings).toBe(all);
      expect(exploration.failing).toBe(failing);
    },
  );

  // Spin 6.5.2 of the same program, -DNOREDUCE: states stored, and transitions less the first.
  it.each([
    [2, 85, 122],
    [3, 2187, 4656],
    [4, 68097, 193800],
  ])('agrees with Spin on the states and edges of %i threads', (threads, states, edges) => {
    const exploration = explore(fourSteps(threads), ALL);
    expect(exploration.states).toBe(states);
    expect(exploration.transitions).toBe(edges);
  });

  it('finds the deadlock of two locks taken in opposite order, as a failure that replays', () => {
    const system = deadlockProne();
    const { deadlocks, failing, counterexample } = explore(system, ALL);
    expect(deadlocks).toBeGreaterThan(0);
    expect(failing).toBeGreaterThan(0n);
    expect(replay(system, counterexample ?? []).wrong).toBe('2 wait for ever');
  });

  it('counts the interleavings of a thread with the one that it spawns', () => {
    const child = {
      key: 'child',
      *start(): Steps<void> {
        yield PREEMPT;
      },
    };
    const system: System = {
      threads: [
        {
          name: 'A',
          *start() {
            spawn(child);
            yield PREEMPT;
          },
        },
      ],
      judge: ({ results }) => (results.has('Aa') ? null : 'no child'),
    };
    // After the step that spawns: one step of the parent among two of the child.
    expect(explore(system, ALL)).toMatchObject({ interleavings: 3n, failing: 0n });
  });

  it('tells apart what a thread spawns by whom it runs as, where its nth is not always the same', () => {
    class Child extends Struct {
      readonly ran = this.cell('ran', false);
    }
    const full = new Cell(false, null, 'full');
    const spawnOne = () => {
      const as = allocate(() => new Child());
      if (full.v) return;
      spawn({
        key: 'child',
        as,
        *start() {
          as.ran.v = true;
          return as;
        },
      });
    };
    const system: System = {
      threads: [
        {
          name: 'A',
          *start() {
            spawnOne();
            yield PREEMPT;
            spawnOne();
          },
        },
        {
          name: 'B',
          *start() {
            full.v = true;
            yield PREEMPT;
            full.v = false;
          },
        },
      ],
      judge: ({ results }) => {
        const children = [results.get('Aa'), results.get('Ab')].filter((it) => it !== undefined);
        return children.every((it) => (it as Child).ran.v) ? null : 'ran as another';
      },
    };
    expect(explore(system, ALL)).toMatchObject({ failing: 0n, verdict: { kind: 'EXHAUSTIVE' } });
  });

  it('never says EXHAUSTIVE of a graph that is larger than its budget', () => {
    const { verdict, interleavings, failing } = explore(independent([3, 3]), { maxStates: 15 });
    expect(verdict).toEqual({ kind: 'INCOMPLETE', reason: 'more than 15 states', seen: 15 });
    expect(interleavings).toBeNull();
    expect(failing).toBeNull();
    expect(explore(independent([3, 3]), { maxStates: 16 }).verdict.kind).toBe('EXHAUSTIVE');
  });

  it('keeps a failure that it saw before its budget was spent', () => {
    const system = oneFieldForAll(3);
    const { verdict, counterexample } = explore(system, { maxStates: 200 });
    expect(verdict.kind).toBe('INCOMPLETE');
    expect(replay(system, counterexample ?? []).wrong).toBe('somebody got a wrong value');
  });

  it.each([
    ['a whole exploration', ALL],
    ['one that was cut short', { maxStates: 7 }],
  ])('leaves the cells as they were after %s', (_, budget) => {
    const cell = new Cell(5, null, 'cell');
    const adds = (name: string) => ({
      name,
      *start(): Steps<void> {
        cell.v += 1;
        yield PREEMPT;
        cell.v *= 2;
      },
    });
    explore({ threads: [adds('A'), adds('B')], judge: () => 'all fail' }, budget);
    expect(cell.raw).toBe(5);
  });

  it('leaves the cells as they were when the judge throws', () => {
    const cell = new Cell(5, null, 'cell');
    const system: System = {
      threads: [
        {
          name: 'A',
          *start() {
            cell.v = 6;
          },
        },
      ],
      judge() {
        throw new Error('a defect of the judge');
      },
    };
    expect(() => explore(system, ALL)).toThrow('a defect of the judge');
    expect(cell.raw).toBe(5);
  });

  it('refuses a thread that does something else when run again', () => {
    const cells = [new Cell(0, null, 'first'), new Cell(0, null, 'second')];
    let runs = 0;
    const system: System = {
      threads: ['A', 'B'].map((name) => ({
        name,
        *start(): Steps<void> {
          // State outside of cells: what a thread must not have.
          const before = runs++;
          yield PREEMPT;
          const cell = cells[before < 2 ? 0 : 1];
          if (cell !== undefined) cell.v += 1;
          yield PREEMPT;
        },
      })),
      judge: () => null,
    };
    expect(() => explore(system, ALL)).toThrow(NondeterminismError);
  });
});

describe('what threads allocate', () => {
  class First extends Struct {
    readonly one = this.cell('one', 0);
  }
  class Second extends Struct {
    readonly two = this.cell('two', 0);
  }

  it('may be of another kind on another path', () => {
    const flag = new Cell(0, null, 'flag');
    const sets: Thread = {
      name: 'A',
      *start() {
        flag.v = 1;
        return 0;
      },
    };
    const allocates: Thread = {
      name: 'B',
      *start() {
        if (flag.v === 0) {
          const made = allocate(() => new First());
          made.one.v = 1;
          return made.one.v;
        }
        const made = allocate(() => new Second());
        made.two.v = 2;
        return made.two.v;
      },
    };
    const { interleavings, ends } = explore(
      { threads: [sets, allocates], judge: () => null },
      { maxStates: 100 },
    );
    expect([interleavings, ends]).toEqual([2n, 2]);
  });

  it('may be what a spawned thread runs as, and is then told apart by path', () => {
    const flag = new Cell(0, null, 'flag');
    const said = new Cell(0, null, 'said');
    const sets: Thread = {
      name: 'A',
      *start() {
        flag.v = 1;
        return 0;
      },
    };
    const spawns: Thread = {
      name: 'B',
      *start() {
        // On one path the struct is the second that this thread allocates.
        if (flag.v === 1) allocate(() => new First());
        const made = allocate(() => new Second());
        made.two.v = 2;
        spawn({
          key: 'same',
          as: made,
          *start() {
            said.v = made.two.v;
            return made.two.v;
          },
        });
        return 0;
      },
    };
    const { failing, ends } = explore(
      {
        threads: [sets, spawns],
        judge: ({ results }) => (results.get('Ba') === 2 ? null : 'it ran as another'),
      },
      { maxStates: 100 },
    );
    expect([failing, ends]).toEqual([0n, 2]);
  });
});
