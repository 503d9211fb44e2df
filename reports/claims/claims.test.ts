// SPDX-License-Identifier: MIT
/** Each verdict follows what it rests on: change that, and it changes or is refused. */
import { describe, expect, it } from 'vitest';
import { result } from '../../cli/result-for-tests.ts';
import type { Design } from '../../core/kernel/strategy.ts';
import type { Claim, Measured } from '../result.ts';
import { claims } from './index.ts';

type Change = (measured: Measured) => void;

const judged = (number: number, change: Change): Claim => {
  const other: Measured = structuredClone(result);
  change(other);
  const claim = claims(other).find((each) => each.number === number);
  if (claim === undefined) throw new Error(`there is no claim ${number}`);
  return claim;
};

const strategy =
  (name: string, change: (row: Measured['strategies'][number]) => void): Change =>
  ({ strategies }) => {
    for (const row of strategies) if (row.name === name) change(row);
  };

const races =
  (
    scenario: string,
    names: readonly string[],
    change: Partial<Measured['races'][number]>,
  ): Change =>
  ({ races: rows }) => {
    for (const row of rows) {
      if (row.scenario === scenario && names.includes(row.strategy)) Object.assign(row, change);
    }
  };

const drawing = result.races.find((row) => row.counterexample !== null)?.counterexample ?? null;
const fail = (scenario: string, ...names: string[]): Change =>
  races(scenario, names, { counterexample: drawing });
const hold = (scenario: string, ...names: string[]): Change =>
  races(scenario, names, { counterexample: null, verdict: { kind: 'EXHAUSTIVE' } });
const cut = (scenario: string, ...names: string[]): Change =>
  races(scenario, names, {
    counterexample: null,
    verdict: { kind: 'INCOMPLETE', reason: 'budget', seen: 1 },
  });
const sample = (scenario: string, ...names: string[]): Change =>
  races(scenario, names, { verdict: { kind: 'SAMPLED', runs: 100, seed: 1, by: 'URW' } });

const entries =
  (by: string, count: number): Change =>
  ({ ledger }) => {
    for (const row of ledger) if (row.by === by) row.ledger.entries = count;
  };

const stuck =
  (name: string): Change =>
  ({ restarts: [table] }) => {
    for (const row of table?.rows ?? []) {
      if (row.strategy === name) row.end = { kind: 'stuck', waiting: 'x' };
    }
  };

/** The claim, its verdict, what is changed, and its verdict then. */
const lines =
  (design: Design, many: number): Change =>
  ({ costs }) => {
    for (const patch of costs?.patches.own[design] ?? []) patch.code[0] = many;
    for (const patch of costs?.patches.nextCall.own[design] ?? []) patch.code[0] = many;
  };

const CHANGES: readonly [number, Claim['verdict'], string, Change, Claim['verdict']][] = [
  [
    1,
    'supported',
    'with_id has a call fewer',
    strategy('with_id', (row) => row.syscalls.pop()),
    'refuted',
  ],
  [
    5,
    'supported',
    'two threads meet in the best form',
    fail('threads-ask-at-once', 'procfs'),
    'refuted',
  ],
  [
    5,
    'supported',
    'a bystander is met as posted',
    fail('bystander-thread', 'procfs-july'),
    'refuted',
  ],
  [
    5,
    'supported',
    'one file for all does as well',
    hold('threads-ask-at-once', 'procfs-v1'),
    'not measured yet',
  ],
  [
    5,
    'supported',
    'it was not explored to the end',
    cut('threads-ask-at-once', 'procfs'),
    'not measured yet',
  ],
  [
    5,
    'supported',
    'schedules were drawn',
    sample('threads-ask-at-once', 'procfs'),
    'not measured yet',
  ],
  [8, 'depends', 'a capture is not restored', stuck('indirect'), 'refuted'],
  [
    8,
    'depends',
    'v5 directs everything',
    strategy('indirect-v5', (row) => {
      row.directs = null;
    }),
    'supported',
  ],
  [
    9,
    'supported',
    'one form has no field',
    strategy('indirect', (row) => row.fields.pop()),
    'depends',
  ],
  [12, 'depends', 'a capture is not restored', stuck('with_id'), 'not measured yet'],
  [
    3,
    'supported',
    'the field falls into a hole',
    ({ costs }) => {
      for (const { sizes } of costs?.kernels ?? []) sizes.task.size = 6528;
    },
    'refuted',
  ],
  [13, 'supported', 'the next call takes procfs more', lines('procfs', 900), 'refuted'],
  [15, 'depends', 'the setter has more lines, too', lines('setter', 900), 'refuted'],
  [
    15,
    'depends',
    'the setter fails no hazard',
    ({ races: rows }) => {
      for (const row of rows) if (row.strategy === 'setter') row.counterexample = null;
    },
    'supported',
  ],
  [
    16,
    'depends',
    'all restarts take the same',
    ({ costs }) => {
      for (const { restarts } of costs?.kernels ?? [])
        for (const row of restarts) row.instructions = 1000;
    },
    'supported',
  ],
  [14, 'supported', 'the setter enters the kernel once', entries('setter', 1), 'refuted'],
  [
    17,
    'refuted',
    'July loses nothing to getpid',
    hold('any-call-between', 'procfs-july', 'setter-july'),
    'supported',
  ],
  [
    18,
    'supported',
    'ids alone are enough',
    ({ idsOnly }) => {
      for (const row of idsOnly) row.differs = null;
    },
    'refuted',
  ],
  [
    20,
    'depends',
    'the best form does not ask the filter',
    fail('filter-slipped-past', 'indirect'),
    'supported',
  ],
  [
    21,
    'refuted',
    'v1 refuses what it can not direct',
    hold('call-that-can-not', 'indirect-v1'),
    'supported',
  ],
];

describe('a claim', () => {
  it('is one of twenty-one, each once', () => {
    const numbers = result.claims.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  });

  it.each(CHANGES)(
    '%i, which is %s, is judged anew where %s',
    (number, before, _, change, after) => {
      expect(judged(number, () => {}).verdict).toBe(before);
      expect(judged(number, change).verdict).toBe(after);
    },
  );

  it('that is read in messages alone is all that a run without measurements answers', () => {
    const nothing: Change = (measured) => {
      for (const rows of Object.values(measured)) if (Array.isArray(rows)) rows.length = 0;
      measured.costs = null;
    };
    for (const { number, lanes } of result.claims) {
      const claim = judged(number, nothing);
      if (lanes.join() === 'literature') expect(claim.verdict).not.toBe('not measured yet');
      else expect(claim.evidence).toContain('left out');
    }
  });

  it('follows the figures that it quotes', () => {
    expect(judged(2, entries('procfs', 77)).evidence).toContain('1 against 77 (T1)');
    expect(judged(4, entries('procfs', 77)).evidence).toContain('77 kernel entries');
    expect(judged(6, hold('handler-creates', 'procfs')).evidence).toContain('procfs 7 of 43');
    expect(judged(17, hold('restarted-fork', 'setter-july')).evidence).not.toContain(
      'restarted-fork',
    );
  });

  it('takes the largest restart by the fewest workers, and one that succeeded', () => {
    const more: Change = ({ restarts }) => {
      for (const table of restarts) {
        const others = structuredClone(table.rows);
        for (const row of others)
          Object.assign(row, { workers: 4, ledger: { ...row.ledger, entries: 9 } });
        table.rows.unshift(...others);
      }
    };
    expect(judged(12, more).evidence).toBe(judged(12, () => {}).evidence);
  });

  it('that is not measured names the lane that will', () => {
    const open = result.claims.filter(({ verdict }) => verdict === 'not measured yet');
    expect(open).toEqual([]);
    const withoutGuest: Change = (measured) => {
      measured.costs = null;
    };
    for (const number of [3, 13, 16]) {
      expect(judged(number, withoutGuest).verdict).toBe('not measured yet');
    }
  });
});
