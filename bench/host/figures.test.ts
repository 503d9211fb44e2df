// SPDX-License-Identifier: MIT
/** Figures of times that are made up, so that what is true is known. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import { describe, expect, it } from 'vitest';
import type { Block } from './blocks.ts';
import { conditions, type Reading } from './conditions.ts';
import { figuresOf, overlap } from './figures.ts';
import { EXPERIMENTS, type Experiment, type HostSubject, SUBJECTS, UNIT } from './subjects.ts';

const subject = (name: string): HostSubject => ({
  ...{ name, does: name, perLap: 1 },
  *operate() {
    return yield { until: () => true, why: 'nothing' };
  },
});
const NAMES = [UNIT, 'a', 'b'];
const NAMED = NAMES.map(subject);
const PAIR: readonly Experiment[] = [{ name: 'b for a', from: 'a', to: 'b' }];

/** Each takes as long as it says, with so much noise, of a machine that gets slower all the time. */
function blocksOf(truth: readonly number[], noise: number, count = 16, seed = 1): Block[] {
  const random = mersenne(seed);
  const noisy = (ns: number) => ns * (1 + (noise * uniformInt(random, -1000, 1000)) / 1000);
  return Array.from({ length: count }, (_, block) => ({
    ns: truth.map((ns) => ({
      first: noisy(ns * (1 + block / 50)),
      second: noisy(ns * (1 + block / 50)),
    })),
    emptyNs: truth.map(() => ({ first: 2, second: 2 })),
    preempted: 0,
  }));
}

describe('figures', () => {
  it('cover what is true, though the machine gets slower', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { subjects, experiments } = figuresOf(
        blocksOf([100, 200, 350], 0.02, 16, seed),
        NAMED,
        PAIR,
      );
      expect(subjects.map(({ nullCalls }) => nullCalls.kind)).toEqual(NAMES.map(() => 'measured'));
      const [, a] = subjects;
      expect(a?.nullCalls).toMatchObject({ kind: 'measured' });
      if (a?.nullCalls.kind !== 'measured') continue;
      expect(a.nullCalls.low).toBeLessThanOrEqual(2);
      expect(a.nullCalls.high).toBeGreaterThanOrEqual(2);
      const [one] = experiments;
      if (one?.nullCalls.kind !== 'measured') throw new Error('noisy');
      expect(one.nullCalls.low).toBeLessThanOrEqual(1.5);
      expect(one.nullCalls.high).toBeGreaterThanOrEqual(1.5);
    }
  });

  it('are none where the noise is large, and of too few blocks', () => {
    for (const blocks of [blocksOf([100, 200, 350], 0.9), blocksOf([100, 200, 350], 0.02, 7)]) {
      const { subjects, experiments } = figuresOf(blocks, NAMED, PAIR);
      expect(subjects.slice(1).map(({ nullCalls }) => nullCalls.kind)).toEqual(['noisy', 'noisy']);
      expect(experiments.map(({ ns }) => ns.kind)).toEqual(['noisy']);
    }
  });

  it('are none of what differs from itself: here the second time is always dearer', () => {
    const drifting = blocksOf([100, 200, 350], 0.02).map((block, index) => ({
      ...block,
      // Against the place in the block, so that it does not cancel.
      ns: block.ns.map(({ first, second }, at) =>
        at === 1 && index % 2 === 0 ? { first, second: 2 * second } : { first, second },
      ),
    }));
    const { subjects, experiments } = figuresOf(drifting, NAMED, PAIR);
    expect(subjects.map(({ ns, itself }) => [ns.kind, itself?.isSame])).toEqual([
      ['measured', true],
      ['noisy', false],
      ['measured', true],
    ]);
    expect(experiments.map(({ ns }) => ns.kind)).toEqual(['noisy']);
  });

  it('leave out experiments that lack one of their two', () => {
    expect(
      figuresOf(blocksOf([1, 2, 3], 0), NAMED, [{ name: '', from: 'a', to: 'c' }]).experiments,
    ).toEqual([]);
  });

  it('of two runs overlap where they say the same, and not where one says another thing', () => {
    const [one, same, other] = [
      figuresOf(blocksOf([100, 200, 350], 0.02, 16, 1), NAMED, PAIR),
      figuresOf(blocksOf([100, 200, 350], 0.02, 16, 2), NAMED, PAIR),
      figuresOf(blocksOf([100, 300, 350], 0.02, 16, 3), NAMED, PAIR),
    ];
    expect(overlap(one, same)).toEqual({ rows: 4, overlap: 4 });
    expect(overlap(one, other)).toEqual({ rows: 4, overlap: 2 });
  });
});

describe('subjects', () => {
  it('have a name each, and every experiment is of two of them', () => {
    const names = SUBJECTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { from, to } of EXPERIMENTS)
      expect(names).toEqual(expect.arrayContaining([from, to]));
    expect(names).toContain(UNIT);
  });
});

describe('conditions', () => {
  const calm: Reading = {
    ...{ wall: 1000, monotonic: 10, cpus: 2, clocksource: 'tsc', governor: null },
    ...{ steal: 5, load: 0.1 },
  };
  const after: Reading = { ...calm, wall: 2000, monotonic: 1010 };
  const blocks = blocksOf([100], 0);
  const faster = [
    ...blocks,
    { ...blocksOf([100], 0)[0], emptyNs: [{ first: 3, second: 3 }] } as Block,
  ];
  const preempted = blocks.map((block) => ({ ...block, preempted: 1 }));

  it('are none on a machine that is calm', () => {
    expect(conditions(calm, after, blocks, 2)).toEqual([]);
  });

  it.each<[string, Partial<Reading>, Partial<Reading>, readonly Block[], RegExp]>([
    ['a clock that was set', {}, { wall: 5000 }, blocks, /clock jumped by 3000 ms/],
    ['a clock that was set back', {}, { wall: 1500 }, blocks, /clock jumped by -500 ms/],
    ['a slow clock', {}, { clocksource: 'hpet' }, blocks, /clock is hpet/],
    ['one CPU', {}, { cpus: 1 }, blocks, /one CPU/],
    ['a governor', {}, { governor: 'powersave' }, blocks, /"powersave"/],
    ['a CPU that changes its speed', {}, {}, faster, /50 % longer/],
    ['other processes', {}, {}, preempted, /16 of 32 plays/],
    ['a hypervisor', {}, { steal: 9 }, blocks, /4 jiffies/],
    ['load', { load: 3 }, {}, blocks, /load was 3 on 2/],
  ])('name %s', (_what, before, later, some, said) => {
    const sentences = conditions({ ...calm, ...before }, { ...after, ...later }, some, 2);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(said);
  });
});
