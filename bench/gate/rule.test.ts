// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judged } from './against.ts';
import { type Plan, playRows } from './blocks.ts';
import { BLOCKS, confirmed, judge, LEAST_EFFECT } from './rule.ts';
import { rowsOf } from './section.ts';
import { PARTS, type Part, type Round, type RoundAsk } from './turns.ts';

const around = (centre: number, width: number): number[] =>
  Array.from({ length: 48 }, (_, nth) => centre + width * Math.sin(1.7 * nth));

describe('the rule', () => {
  it.each([
    ['same', 0, 0.005],
    ['slower', 0.03, 0.005],
    ['faster', -0.03, 0.005],
    // Real, and less than what is worth an alarm.
    ['same', LEAST_EFFECT / 2, 0.005],
    ['noisy', 0.03, 0.2],
    ['noisy', 0, 0.2],
  ] as const)('says %s of blocks around %d that spread by %d', (verdict, centre, width) => {
    expect(judge(around(centre, width)).verdict).toBe(verdict);
  });

  it('says nothing of few blocks', () => {
    expect(judge([0.5, 0.5, 0.5])).toEqual({ verdict: 'noisy', ratio: null });
  });

  it('says the same of the same data, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(around(0.02, 0.01), { minLength: 48 }), (differences) => {
        expect(judge(differences)).toEqual(judge(around(0.02, 0.01)));
      }),
    );
  });

  it('of two versions is the opposite of that of the two the other way', () => {
    const opposite = { slower: 'faster', faster: 'slower', same: 'same', noisy: 'noisy' } as const;
    const one = fc.double({ min: -0.05, max: 0.05, noNaN: true });
    fc.assert(
      fc.property(fc.array(one, { minLength: 24, maxLength: 40 }), (differences) => {
        const back = differences.map((difference) => -difference);
        expect(judge(back).verdict).toBe(opposite[judge(differences).verdict]);
      }),
    );
  });

  it('alarms if a second round says so too', () => {
    expect(confirmed('slower', 'slower')).toBe('slower');
    expect(confirmed('slower', 'same')).toBe('noisy');
  });
});

/** Nanoseconds of a machine that drifts, of parts that are so much slower than the base. */
function machine({ candidate, again, noise }: { candidate: number; again: number; noise: number }) {
  const factors: Readonly<Record<Part, number>> = { base: 1, candidate, again };
  let turn = 0;
  const take = (part: Part, more: number): number => {
    turn++;
    const drift = 1 + 0.2 * Math.sin(turn / 300);
    const own = 1 + noise * Math.sin(turn * turn);
    return 1000 * factors[part] * (1 + (part === 'candidate' ? more : 0) / 100) * drift * own;
  };
  const play = async ({ rows, order, more }: RoundAsk): Promise<Round> => {
    const round: Round = { base: [], candidate: [], again: [] };
    for (const _row of rows) {
      const sums: Record<Part, number> = { base: 0, candidate: 0, again: 0 };
      for (const part of [...order, ...order.toReversed()]) sums[part] += take(part, more) / 2;
      for (const part of PARTS) round[part].push({ ns: sums[part], work: '3' });
    }
    return round;
  };
  return async () => ({ play, end() {} });
}

const plan = (sides: Plan['sides'], more = 0): Plan => ({
  ...{ seed: 7, rounds: 3, atOnce: 1, more, sides },
  onBlock() {},
  stopIfInterrupted() {},
});

const ROWS = [
  { name: 'a', does: 'one thing' },
  { name: 'b', does: 'another' },
];
const NAMES = { added: [], removed: [] };

describe('blocks of turns', () => {
  it('cancel what drifts, and find what does not', async () => {
    const quiet = await playRows(ROWS, plan(machine({ candidate: 1, again: 1, noise: 0.01 })));
    expect(quiet.map(({ judgement }) => judgement.verdict)).toEqual(['same', 'same']);
    const known = machine({ candidate: 1, again: 1, noise: 0.01 });
    const slower = await playRows(ROWS, plan(known, 3));
    expect(slower.map(({ judgement }) => judgement.verdict)).toEqual(['slower', 'slower']);
    expect(slower.map(({ control }) => control.verdict)).toEqual(['same', 'same']);
  });

  it('are as many as the interval asks for, and no more than the last number', async () => {
    const few = await playRows(ROWS, plan(machine({ candidate: 1, again: 1, noise: 0.001 })));
    expect(few.map(({ blocks }) => blocks)).toEqual([BLOCKS.least, BLOCKS.least]);
    const many = await playRows(ROWS, plan(machine({ candidate: 1, again: 1, noise: 0.5 })));
    expect(many.map(({ blocks }) => blocks)).toEqual([BLOCKS.most, BLOCKS.most]);
    expect(many.map(({ judgement }) => judgement.verdict)).toEqual(['noisy', 'noisy']);
  });

  it('are void where the base differs from itself', async () => {
    const first = await playRows(
      ROWS,
      plan(machine({ candidate: 1.05, again: 1.05, noise: 0.001 })),
    );
    expect(judged({ first, again: null }, NAMES).kind).toBe('void');
  });

  it('are as many where some are played at once, each in a place of its own', async () => {
    const places: number[] = [];
    const one: Plan['sides'] = machine({ candidate: 1, again: 1, noise: 0.001 });
    const sides: Plan['sides'] = (random, place) => {
      places.push(place);
      return one(random, place);
    };
    const played = await playRows(ROWS, { ...plan(sides), atOnce: 5 });
    expect(played.map(({ blocks }) => blocks)).toEqual([BLOCKS.least, BLOCKS.least]);
    expect(places).toEqual([
      0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3,
    ]);
    expect(played.every(({ rounds }) => rounds.base.length === 3 * BLOCKS.least)).toBe(true);
  });

  it('follow from the seed', async () => {
    const once = () => playRows(ROWS, plan(machine({ candidate: 1.02, again: 1, noise: 0.01 }), 0));
    expect(await once()).toEqual(await once());
  });
});

describe('rows of two versions', () => {
  const hello = (names: readonly string[], protocol = 1) => ({
    protocol,
    rows: names.map((name) => ({ name, does: name })),
  });

  it('are those of both; others are named', () => {
    const rows = rowsOf(hello(['a', 'b']), hello(['b', 'c']));
    expect(rows.shared.map(({ name }) => name)).toEqual(['b']);
    expect(rows).toMatchObject({ added: ['c'], removed: ['a'] });
  });

  it('of another protocol are one sentence', () => {
    expect(() => rowsOf(hello([], 0), hello([]))).toThrow(
      /--against: that version speaks protocol 0/,
    );
  });
});
