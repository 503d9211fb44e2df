// SPDX-License-Identifier: MIT
/**
 * A step of several cells may touch one only if another has a certain value. Then it depends on that
 * one whatever the value is now, or a race that it would be in, had it come earlier, goes unseen. Found
 * where scenarios grow: of handler-directs by with_id at 3x1, traces once accounted for 10788 of
 * 11776 interleavings.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { countTraces } from './certificate.ts';
import { dependent, eachTrace, type Rules, SOUND, type Visitor } from './dpor.ts';
import { linearExtensions } from './extensions.ts';
import { explore } from './graph.ts';
import { Machine, type System } from './machine.ts';
import type { Touched } from './move.ts';
import { PREEMPT } from './thread.ts';

/** A writes x unless B has raised a flag, B does something else first, and C writes x. */
function guarded(): System {
  const [flag, x, apart] = ['flag', 'x', 'apart'].map((name) => new Cell(0, null, name));
  if (flag === undefined || x === undefined || apart === undefined) throw new Error('no cells');
  return {
    threads: [
      {
        name: 'A',
        *start() {
          if (flag.v === 0) x.v = 1;
        },
      },
      {
        name: 'B',
        *start() {
          apart.v = 1;
          yield PREEMPT;
          flag.v = 1;
        },
      },
      {
        name: 'C',
        *start() {
          x.v = 2;
        },
      },
    ],
    judge: () => null,
  };
}

describe('a step that touches more if it comes earlier', () => {
  it('has its interleavings in the state graph: 4! / 2!', () => {
    expect(explore(guarded(), { maxStates: 100 }).interleavings).toBe(12n);
  });

  it('is in all its races: A and C, if B has not raised the flag', () => {
    const { traces, extensions } = countTraces(guarded(), { maxExecutions: 100 });
    expect({ traces, extensions }).toEqual({ traces: 4, extensions: 12n });
  });
});

type Op = {
  readonly guard: number;
  readonly cell: number;
  readonly does: 'read' | 'write' | 'swap';
};

/** Each step looks at one cell, and by what it finds touches another or not. */
function branching(program: readonly (readonly Op[])[]): System {
  const cells = [0, 1, 2].map((n) => new Cell(0, null, `c${n}`));
  const at = (n: number) => cells[n] as Cell<number>;
  return {
    threads: program.map((ops, thread) => ({
      name: 'ABC'[thread] ?? 'Z',
      *start() {
        for (const [index, { guard, cell, does }] of ops.entries()) {
          if (index > 0) yield PREEMPT;
          if (at(guard).v !== 0) continue;
          if (does === 'read') at(cell).v;
          if (does === 'write') at(cell).v = thread + 1;
          if (does === 'swap' && at(cell).v === 0) at(cell).v = 1;
        }
      },
    })),
    judge: () => null,
  };
}

describe('steps that branch by what they find', () => {
  const op = fc.record({
    guard: fc.nat(2),
    cell: fc.nat(2),
    does: fc.constantFrom('read', 'write', 'swap' as const),
  });
  const thread = fc.array(op, { minLength: 1, maxLength: 3 });
  const programs = fc.sample(fc.array(thread, { minLength: 3, maxLength: 3 }), {
    seed: 200807,
    numRuns: 150,
  });
  const BUDGET = { maxStates: 100_000, maxExecutions: 100_000 };

  function missedBy(rules: Rules): number {
    let missed = 0;
    for (const program of programs) {
      let extensions = 0n;
      const visitor: Visitor = {
        onTrace({ events }) {
          extensions += linearExtensions(events()) ?? 0n;
        },
        onRestart() {
          extensions = 0n;
        },
      };
      eachTrace(new Machine(branching(program).threads), BUDGET, visitor, rules);
      if (extensions !== explore(branching(program), BUDGET).interleavings) missed++;
    }
    return missed;
  }

  it('have as many linear extensions as there are paths', () => {
    expect(missedBy(SOUND)).toBe(0);
  });

  it('would not, if a step depended on no more than it touches now', () => {
    const now = (a: Touched, b: Touched) => dependent(a.now, b.now);
    expect(missedBy({ ...SOUND, dependent: now, sleepsOn: (a, b) => !now(a, b) })).toBeGreaterThan(
      5,
    );
  });
});
