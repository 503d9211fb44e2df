// SPDX-License-Identifier: MIT
/** Each trace once: by the certificate, by published counts, and on random programs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothWays } from './both-ways.ts';
import type { Watch } from './budget.ts';
import { Cell } from './cell.ts';
import { countTraces } from './certificate.ts';
import { eachTrace } from './dpor.ts';
import { independent } from './example-systems.ts';
import { explore } from './graph.ts';
import { litmusPrograms } from './litmus/arbitrary.ts';
import { parseLitmus } from './litmus/program.ts';
import { litmusSystem } from './litmus/system.ts';
import type { System } from './machine.ts';
import { Machine } from './machine.ts';
import { PREEMPT, type Steps, spawn } from './thread.ts';

const BUDGET = { maxStates: 200_000, maxExecutions: 200_000 };

describe('one execution of each trace', () => {
  it('is led to its end, and no other, in random programs', () => {
    fc.assert(
      fc.property(litmusPrograms, (program) => {
        const { graph, doubles, extensions, deadlocks } = bothWays(program);
        expect({ extensions, doubles, deadlocks }).toEqual({
          extensions: graph.interleavings,
          doubles: 0,
          deadlocks: graph.deadlocks,
        });
      }),
      { seed: 200807, numRuns: 600 },
    );
  });

  /** Facts about orders: N steps that all conflict, N readers, N updates of each of c cells. */
  it.each([
    ['Wx Wy || Ry Rx', 3],
    ['Wx Wx Wx Wx Wx Wx || Wx Wx Wx Wx Wx Wx Wx', 1716],
    ['Rx || Rx || Rx || Rx || Wx', 16],
    ['Ux Uy || Ux Uy || Ux Uy', 36],
    ['Ux Uy Uz || Ux Uy Uz', 8],
    ['Wx || Wy || Wz', 1],
    ['Wx Ry || Wy Rx', 3],
    ['Lm Xm || Lm Xm || Lm Xm', 6],
    ['Lm Ln Xn Xm || Ln Lm Xm Xn', 3],
  ])('%s has %i', (text, count) => {
    expect(bothWays(parseLitmus(text)).traces).toBe(count);
  });
});

/** A parent that makes a child between two steps; both write one cell. */
function family(): System {
  const cell = new Cell(0, null, 'x');
  const child = {
    key: 'child',
    *start(): Steps<void> {
      cell.v = 2;
    },
  };
  return {
    threads: [
      {
        name: 'A',
        *start() {
          cell.v = 1;
          spawn(child);
          yield PREEMPT;
          cell.v = 3;
        },
      },
    ],
    judge: () => null,
  };
}

/** A waits for a flag that B raises and lowers and raises again. */
function flagged(): System {
  const flag = new Cell(0, null, 'flag');
  return {
    threads: [
      { name: 'A', block: { until: () => flag.v === 1, why: 'the flag' }, *start() {} },
      {
        name: 'B',
        *start() {
          for (const value of [1, 0, 1]) {
            flag.v = value;
            yield PREEMPT;
          }
        },
      },
    ],
    judge: () => null,
  };
}

describe('the certificate', () => {
  it.each([
    ['a thread that another makes', family, 2n],
    ['a condition that holds, and holds no more', flagged, 3n],
  ])('counts %s', (_, make, interleavings) => {
    expect(explore(make(), BUDGET).interleavings).toBe(interleavings);
    expect(countTraces(make(), BUDGET)).toMatchObject({
      verdict: { kind: 'EXHAUSTIVE' },
      extensions: interleavings,
      multinomial: null,
    });
  });

  it('has a closed form where nobody waits and nothing branches', () => {
    const count = countTraces(litmusSystem(parseLitmus('Wx Ry Wz || Wy Rx')), BUDGET);
    expect(count.multinomial).toBe(10n);
    expect(count.extensions).toBe(10n);
  });

  it('has no linear extensions where these are too many to count', () => {
    const threads = (count: number) =>
      [...'abcdefghijklm'.slice(0, count)].map((name) => `W${name} W${name} W${name}`).join(' || ');
    const count = (many: number) => countTraces(litmusSystem(parseLitmus(threads(many))), BUDGET);
    expect(count(4)).toMatchObject({ traces: 1, extensions: 369600n, multinomial: 369600n });
    expect(count(13)).toMatchObject({ traces: 1, extensions: null });
  });

  it('is none where the budget is spent, and memory is as it was', () => {
    const system = litmusSystem(parseLitmus('Ux Ux Ux Ux || Ux Ux Ux Ux'));
    expect(countTraces(system, { maxExecutions: 5 })).toMatchObject({
      verdict: { kind: 'INCOMPLETE', reason: 'more than 5 executions', seen: 5 },
    });
    expect(system.cells.get('x')?.raw).toBe(0);
  });
});

describe('a search that takes long', () => {
  it('says now and then how much it has done', () => {
    const program = parseLitmus('Wx Wx Wx Wx Wx Wx Wx Wx || Wx Wx Wx Wx Wx Wx Wx Wx Wx');
    const told: string[] = [];
    const onProgress: Watch['onProgress'] = (done, what, share) => {
      told.push(`${done} ${what}${share === null ? '' : `, ${Math.round(100 * share)} %`}`);
    };
    const machine = new Machine(litmusSystem(program).threads);
    eachTrace(machine, { maxExecutions: 100_000, onProgress }, {});
    explore(independent([30, 30, 30]), { maxStates: 100_000, onProgress });
    // Of 17! / (8! 9!) = 24,310 executions 82 % are.
    expect(told).toContain('20000 executions, 83 %');
    expect(told.at(-1)).toBe('28000 states');
  });

  it('ends where it is told to, with what it has seen', () => {
    const halt = () => 'interrupted';
    const wide = litmusSystem(parseLitmus('Wx Wx Wx Wx Wx Wx Wx Wx || Wx Wx Wx Wx Wx Wx Wx Wx Wx'));
    expect(countTraces(wide, { maxExecutions: 100_000, halt }).verdict).toEqual({
      kind: 'INCOMPLETE',
      reason: 'interrupted',
      seen: 1999,
    });
    expect(explore(independent([30, 30, 30]), { maxStates: 100_000, halt })).toMatchObject({
      verdict: { kind: 'INCOMPLETE', reason: 'interrupted', seen: 2000 },
      interleavings: null,
    });
  });
});
