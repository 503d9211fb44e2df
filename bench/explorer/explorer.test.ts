// SPDX-License-Identifier: MIT
/** What is counted, exactly; of times only that there are any. */
import { describe, expect, it, vi } from 'vitest';
import { Cell } from '../../core/explore/cell.ts';
import { fourSteps } from '../../core/explore/example-systems.ts';
import { whyNoSpin } from '../../core/explore/spin/run.ts';
import { PREEMPT } from '../../core/explore/thread.ts';
import { execByThread } from '../../properties/scenarios/lifetime/exec-by-thread.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { createAndDelete } from '../../strategies/relatives/create-and-delete.ts';
import { setter } from '../../strategies/setter.ts';
import { spinRow } from './beside-spin.ts';
import { explorerRows, PLAN, type Plan } from './explorer.ts';
import type { Timing } from './rows.ts';
import { schedulesRows } from './schedules.ts';
import { enumerationRow, tracesRow } from './searches.ts';
import { askingBy, fourStepsOf, raceOf } from './subjects.ts';

const missing = await whyNoSpin();
const SEED = 200807;
const ONCE = { samples: 1, leastMs: 0, warmUp: 0 };

const SMALL: Plan = {
  effort: ONCE,
  enumeration: [fourStepsOf(2)],
  traces: [
    { ...askingBy(2, processField), isCertified: true },
    { ...raceOf(execByThread, setter), isCertified: false },
  ],
  spin: [fourStepsOf(2)],
  races: [raceOf(threadsAskAtOnce, processField)],
  reduction: [{ ...askingBy(2, setter), by: setter.name }],
};

const NOTHING: Plan = {
  ...{ effort: ONCE, enumeration: [], traces: [], races: [], reduction: [] },
  spin: SMALL.spin,
};

const quiet = { seed: SEED, onNext: () => {}, stopIfInterrupted: () => {} };

const timing: Timing = {
  median: expect.any(Number),
  p75: expect.any(Number),
  samples: 1,
};

describe('the explorer, measured', () => {
  it('counts what it times', async () => {
    const told: string[] = [];
    const onNext = (what: string) => told.push(what);
    const rows = await explorerRows({ ...SMALL, spin: [] }, { ...quiet, onNext });
    expect(rows).toMatchObject({
      enumeration: [
        {
          of: '2 threads of 4 one-cell steps',
          ...{ threads: 2, steps: 8, interleavings: 70, anew: timing, again: timing },
        },
      ],
      traces: [
        {
          of: '2 ask at once, process-field',
          ...{
            threads: 2,
            steps: 14,
            traces: 12,
            blocked: 0,
            certified: '3432',
            anew: timing,
            again: timing,
          },
        },
        {
          of: 'exec-by-thread, setter',
          ...{ threads: 2, traces: 6, blocked: 2, certified: null, anew: timing, again: timing },
        },
      ],
      reduction: [
        { by: 'setter', threads: 2, steps: 14, interleavings: '3432', states: 68, traces: 2 },
      ],
    });
    expect(told).toEqual([
      'enumeration: 2 threads of 4 one-cell steps',
      'DPOR: 2 ask at once, process-field',
      'DPOR: exec-by-thread, setter',
      'schedules: threads-ask-at-once, process-field',
      'reduction: 2 ask at once, setter',
    ]);
  });

  it('is measured of as much as the plan says', async () => {
    const [oneCell] = PLAN.enumeration;
    expect(oneCell === undefined ? null : await enumerationRow(oneCell, SEED, ONCE)).toMatchObject({
      ...{ threads: 3, steps: 12, interleavings: 34_650 },
    });
    const [three, , seven] = PLAN.traces;
    expect(three === undefined ? null : await tracesRow(three, SEED, ONCE)).toMatchObject({
      ...{ steps: 21, traces: 432, blocked: 0, certified: '399072960' },
    });
    // Each order of the creating steps is a trace.
    expect(seven === undefined ? null : await tracesRow(seven, SEED, ONCE)).toMatchObject({
      ...{ steps: 21, traces: 5040, blocked: 0 },
    });
  });

  it('is not run beside Spin where there is none, and that is no error', async () => {
    vi.stubEnv('CC', 'no-such-cc');
    const { spin } = await explorerRows(NOTHING, quiet);
    vi.unstubAllEnvs();
    expect(spin).toEqual({ kind: 'not run', reason: expect.stringMatching(/^there is no /) });
  });

  it('stops where it is told to', async () => {
    let begun = 0;
    const interrupted = {
      ...quiet,
      stopIfInterrupted() {
        if (++begun > 2) throw new Error('interrupted');
      },
    };
    await expect(explorerRows(SMALL, interrupted)).rejects.toThrow('interrupted');
    expect(begun).toBe(3);
  });

  it('is not measured of a scenario that a strategy has no part in', () => {
    expect(() => raceOf(threadsAskAtOnce, createAndDelete)).toThrow(
      'create-and-delete has no part in threads-ask-at-once',
    );
  });
});

describe.skipIf(missing !== null)(
  `beside Spin${missing === null ? '' : ` (SKIPPED: ${missing})`}`,
  () => {
    it('has the same states and transitions', async () => {
      const { spin } = await explorerRows(NOTHING, quiet);
      expect(spin).toEqual({
        kind: 'run',
        rows: [
          {
            of: '2 threads of 4 one-cell steps',
            ...{ states: 85, transitions: 122, ours: timing, build: timing, search: timing },
          },
        ],
      });
    });

    it('is not timed where Spin has other states', async () => {
      const sizes = [3, 2, 2, 2];
      const make = () => fourSteps(sizes.shift() ?? 2);
      await expect(spinRow({ of: 'another', make }, ONCE)).rejects.toThrow(
        'another: Spin has 85 states, and we have 2187',
      );
    });
  },
);

describe('random schedules', () => {
  it('are as many by each, and fail first where the seed says', async () => {
    const race = raceOf(threadsAskAtOnce, processField);
    const rows = await schedulesRows(race, SEED, ONCE);
    const first = rows.map(({ by, chance, firstFailing }) => {
      const schedules = firstFailing.slice(0, 8).map(({ schedule }) => schedule);
      return `${by}, chance ${chance?.toFixed(4) ?? '-'}: ${schedules.join(' ')}`;
    });
    // What fast-check draws from a seed is its own.
    expect(first.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "URW, chance 0.7139: 1 1 1 1 3 1 2 2",
        "PCT(2), chance -: 8 4 8 2 14 11 7 6",
        "random walk, chance 0.5469: 3 2 1 5 1 1 2 1",
      ]
    `);
    expect(rows[3]).toMatchObject({ by: 'fast-check', chance: null });
    for (const { schedules, firstFailing } of rows) {
      expect(schedules).toBe(200);
      expect(new Set(firstFailing.map(({ seed }) => seed)).size).toBe(50);
    }
    // fast-check draws who is next as the random walk does: by the same chance, near enough.
    const mean = (by: string) => {
      const found = rows.find((row) => row.by === by)?.firstFailing ?? [];
      return found.reduce((sum, { schedule }) => sum + (schedule ?? 0), 0) / found.length;
    };
    expect(mean('fast-check')).toBeCloseTo(1 / 0.5469, 0);
    expect(mean('random walk')).toBeCloseTo(1 / 0.5469, 0);
  });

  it('are not drawn by fast-check where threads wait for each other', async () => {
    const cell = new Cell(0, null, 'cell');
    const make = () => ({
      threads: [
        {
          name: 'A',
          *start() {
            yield PREEMPT;
            yield { until: () => cell.v === 0, why: 'a cell' };
          },
        },
      ],
      judge: () => 'always',
    });
    await expect(schedulesRows({ of: 'one', make }, SEED, ONCE)).rejects.toThrow(
      'A waits for a cell',
    );
  });
});
