// SPDX-License-Identifier: MIT
/** What a step chooses is explored like whose step it is: each alternative, once, and replayed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { agreed, countTraces, waysOf } from './certificate.ts';
import { explore } from './graph.ts';
import type { System } from './machine.ts';
import { findChoice, replay } from './replay.ts';
import { runChosen } from './run.ts';
import { reduce } from './sample.ts';
import { chanceOfFailing } from './sampling/chance.ts';
import { probabilityOf } from './sampling/every-draw.ts';
import { fraction } from './sampling/fraction.ts';
import { profileByWalks } from './sampling/samplers.ts';
import { byWeights, EQUAL } from './sampling/weights.ts';
import { formatSchedule, parseSchedule } from './schedule.ts';
import { choose, PREEMPT, type Steps } from './thread.ts';

const BUDGET = { maxStates: 100_000, maxExecutions: 100_000 };

/** A allocates so often a step, of which one may fail; B takes steps of its own. */
function allocating(steps: readonly number[], others: number): System {
  const failed = new Cell(0, null, 'failed');
  return {
    threads: [
      {
        name: 'A',
        *start(): Steps<void> {
          for (const [step, allocations] of steps.entries()) {
            if (step > 0) yield PREEMPT;
            for (let n = 1; n <= allocations; n++) {
              if (failed.v === 0 && choose('', 'ENOMEM') !== '') failed.v = 10 * step + n;
            }
          }
        },
      },
      {
        name: 'B',
        *start(): Steps<void> {
          for (let step = 1; step < others; step++) yield PREEMPT;
        },
      },
    ],
    judge: () => (failed.v === 0 ? null : `allocation ${failed.v} failed`),
  };
}

describe('a step that chooses', () => {
  it('goes each way, and of several choices in it takes one that is not usual', () => {
    const found = explore(allocating([1, 2, 0], 1), BUDGET);
    // Four places for B's step; no failure, or one of three.
    expect(found).toMatchObject({ interleavings: 16n, failing: 12n, ends: 4, failingEnds: 3 });
    expect(countTraces(allocating([1, 2, 0], 1), BUDGET)).toMatchObject({
      traces: 4,
      extensions: 16n,
      multinomial: null,
    });
  });

  it('is told from the others by its name, and replayed', () => {
    const make = () => allocating([0, 2], 1);
    const named = ['A2!ENOMEM B1', 'A2!ENOMEM2 B1', 'B1 A2'];
    const ends = named.map((text) => replay(make(), parseSchedule(text)));
    expect(ends.map(({ wrong }) => wrong)).toEqual([
      'allocation 11 failed',
      'allocation 12 failed',
      null,
    ]);
    expect(ends.map(({ schedule }) => schedule)).toEqual(named);
    expect(explore(make(), BUDGET).counterexample).toEqual(['A', 'A!ENOMEM', 'B']);
    expect(() => replay(make(), parseSchedule('A1 B1 A1!EINTR'))).toThrow(
      'replay string, step 3: A!EINTR is not possible there; what is possible: A, A!ENOMEM, A!ENOMEM2',
    );
  });

  it('is the same live, and as likely as the state graph says', () => {
    const make = () => allocating([1, 2], 1);
    const profile = profileByWalks(make, 1);
    const live = probabilityOf((draw) => {
      const system = make();
      const { schedule, ...end } = runChosen(system.threads, byWeights(EQUAL, draw));
      const wrong = system.judge(end);
      expect(replay(make(), schedule).wrong).toBe(wrong);
      return wrong !== null;
    });
    // All but three draws of the usual.
    expect(live).toEqual(fraction(7n, 8n));
    expect(chanceOfFailing(make(), 'random walk', profile, BUDGET)).toEqual({
      kind: 'exactly',
      fraction: live,
    });
  });

  it('is the cause, where the usual in its place makes all well', () => {
    const fails = replay(allocating([1, 2], 1), parseSchedule('A2!ENOMEM2 B1'));
    expect(findChoice(allocating([1, 2], 1), fails)).toBe(1);
    const holds = replay(allocating([1, 2], 1), parseSchedule('A2 B1'));
    expect(findChoice(allocating([1, 2], 1), holds)).toBeNull();
  });

  it('keeps what it chose where a schedule is reduced', () => {
    const reduced = reduce(allocating([1, 1], 2), ['B', 'A', 'B', 'A!ENOMEM']);
    expect(formatSchedule(reduced)).toBe('B2 A2!ENOMEM');
  });
});

type Op = { readonly cell: number; readonly does: 'read' | 'write' | 'choose' | 'wait' };

function chooses(program: readonly (readonly Op[])[]): System {
  const cells = [0, 1].map((n) => new Cell(0, null, `c${n}`));
  const at = (n: number) => cells[n] as Cell<number>;
  return {
    threads: program.map((ops, k) => ({
      name: 'ABC'[k] ?? 'Z',
      *start(): Steps<number> {
        let seen = 0;
        for (const [index, { cell, does }] of ops.entries()) {
          if (does === 'wait' && index > 0) yield { until: () => at(cell).v > 0, why: `c${cell}` };
          else if (index > 0) yield PREEMPT;
          if (does === 'read') seen = 3 * seen + at(cell).v;
          if (does === 'write') at(cell).v = k + 1;
          // What is touched depends on what is chosen, and so do the steps that follow.
          if (does === 'choose') {
            const chosen = choose('READ', 'WRITE', 'MORE');
            if (chosen === 'READ') seen = 3 * seen + at(cell).v;
            if (chosen === 'WRITE') at(cell).v = 7;
            if (chosen === 'MORE') {
              yield PREEMPT;
              at(1 - cell).v = 9;
            }
          }
        }
        return seen;
      },
    })),
    judge: () => null,
  };
}

describe('threads that choose', () => {
  const op = fc.record({
    cell: fc.nat(1),
    does: fc.constantFrom('read', 'write', 'choose', 'choose', 'wait' as const),
  });
  const programs = fc.array(fc.array(op, { minLength: 1, maxLength: 3 }), {
    minLength: 2,
    maxLength: 3,
  });

  it('have as many linear extensions as there are paths, in any program', () => {
    let choosing = 0;
    let blocked = 0;
    fc.assert(
      fc.property(programs, (program) => {
        const graph = explore(chooses(program), BUDGET);
        const traces = countTraces(chooses(program), BUDGET);
        expect(agreed(waysOf(graph, traces))).toBe(graph.interleavings);
        if (program.flat().filter(({ does }) => does === 'choose').length > 1) choosing++;
        if (graph.deadlocks > 0) blocked++;
      }),
      { seed: 200807, numRuns: 150 },
    );
    expect(choosing).toBeGreaterThan(50);
    expect(blocked).toBeGreaterThan(10);
  });
});
