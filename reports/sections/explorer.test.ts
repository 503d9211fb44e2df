// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { ExplorerRows } from '../../bench/explorer/rows.ts';
import { renderSections } from '../text.ts';
import { explorerSection } from './explorer.ts';

const timing = { median: 0.5, p75: 1, samples: 5 };
const both = { anew: timing, again: { median: 0.25, p75: 0.4, samples: 9 } };

const ROWS: ExplorerRows = {
  enumeration: [
    { of: 'threads of steps', threads: 2, steps: 8, interleavings: 5_000_000, ...both },
  ],
  traces: [
    { of: 'a race', threads: 2, steps: 21, traces: 432, blocked: 0, certified: '3432', ...both },
    { of: 'another', threads: 2, steps: 38, traces: 30, blocked: 10, certified: null, ...both },
  ],
  spin: {
    kind: 'run',
    rows: [
      {
        ...{ of: 'threads of steps', states: 50_000, transitions: 80_000 },
        ...{ ours: timing, build: { ...timing, p75: 2.5 }, search: { ...timing, median: 0.25 } },
      },
    ],
  },
  schedules: [
    {
      ...{ of: 'a race', by: 'URW', schedules: 200, timing, chance: 0.25 },
      firstFailing: [3, 1, null].map((schedule, at) => ({ seed: 100 * at, schedule })),
    },
    {
      ...{ of: 'a race', by: 'fast-check', schedules: 200, timing, chance: null },
      firstFailing: [4, 2, 9].map((schedule, at) => ({ seed: 100 * at, schedule })),
    },
  ],
  reduction: [
    { by: 'setter', threads: 2, steps: 14, interleavings: '3432', states: 68, traces: 2 },
    {
      ...{ by: 'setter', threads: 5, steps: 35, interleavings: '3177459078523411968000' },
      ...{ states: 70_656, traces: 120 },
    },
  ],
};

describe('the explorer in a report', () => {
  it('has each figure beside its peer, in 72 columns', () => {
    const text = renderSections([explorerSection(ROWS)]);
    expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
    expect(text).toMatchInlineSnapshot(`
      "
      EXPLORER  SPEED, AND WHAT IT IS SPARED, BESIDE ITS PEERS
                                                            lane: model, timed
        Every interleaving, one after the other: depth first, each step
        undone, nothing remembered. Millions a second:
        of                steps   number   anew   p75  again    p75
        threads of steps      8  5000000  10.00  5.00  20.00  12.50
        One interleaving of each Mazurkiewicz trace, by source-DPOR with sleep
        sets. Thousands of traces a second:
        of       steps  traces  anew  p75  again  p75
        a race      21     432   0.9  0.4    1.7  1.1
        another     38      30   0.1  0.0    0.1  0.1
        Given up, as parts of other traces: 10 of 40 in another. That no trace
        is missed and none completed twice is certified, by as many linear
        extensions of all as paths through the state graph, of a race (3432).
        threads-ask-at-once with more threads: what enumeration, the state
        graph and DPOR each have to go through. Factor: interleavings to a
        trace.
        by      threads  steps  interleavings  states  traces   factor
        setter        2     14           3432      68       2     1716
        setter        5     35        3.18e21   70656     120  2.65e19
        The state graph by this explorer and by Spin, from a program that is
        made of the same steps: equal states and transitions, or nothing would
        be here. Ours also counts interleavings, in exact integers, and judges
        each end; Spin runs without partial-order reduction, as a process of
        its own. In seconds; then thousands of states a second.
        threads of steps, 50000 states, 80000 transitions:
        by                                  median    p75  k/s
        ours                                 0.500  1.000  100
        spin -a, and the C compiler at -O2   0.500  2.500    -
        pan, which they make                 0.250  1.000  200
        Random schedules, by samplers and by fast-check's asynchronous
        scheduler, which comes in at the same points of the same threads.
        Thousands a second; then which schedule is the first to fail, median
        and last over the seeds, and what it is on average by the exact
        chance, where that is known:
        a race:
        by          median  p75  first fails  at the latest  on average
        URW            0.4  0.2            3          never         4.0
        fast-check     0.4  0.2            4              9           -
        Seeds: 3, from 0 to 200 in equal steps.
        Counts are exact. Times are of this machine, wall clock. Anew: threads
        are made and their steps found, as in a run of sideband race; again:
        by a machine that knows the steps. All else is anew. Of so many a
        second, the median of the samples and, slower, the third quartile of
        the times (p75); on a shared machine, noise is of the order of the
        differences.
      "
    `);
  });

  it('says so where there is no Spin', () => {
    const spin = { kind: 'not run', reason: 'there is no spin' } as const;
    const text = renderSections([explorerSection({ ...ROWS, spin })]);
    expect(text).toContain('Beside Spin: not run: there is no spin.');
    expect(text).not.toContain('pan');
  });
});
