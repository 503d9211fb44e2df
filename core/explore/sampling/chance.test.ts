// SPDX-License-Identifier: MIT
/**
 * The probability of a failure, computed over the state graph, by drawing in every way that there
 * is, in closed form, and as it is observed: they have to be one number, or within what chance allows.
 */
import { describe, expect, it } from 'vitest';
import { deadlockProne, oneFieldForAll } from '../example-systems.ts';
import { explore } from '../graph.ts';
import type { System } from '../machine.ts';
import { runChosen } from '../run.ts';
import { sample } from '../sample.ts';
import { chanceOfFailing, pctBound } from './chance.ts';
import type { Draw } from './draw.ts';
import { probabilityOf } from './every-draw.ts';
import { forksOnce } from './example-forks.ts';
import { decimal, type Fraction, fraction } from './fraction.ts';
import { intervalOf } from './interval.ts';
import { chooserOf, profileByWalks, type Sampler } from './samplers.ts';

const SEED = 200807;
const BUDGET = { maxStates: 20_000 };

function exactly(make: () => System, sampler: Sampler): Fraction {
  const chance = chanceOfFailing(make(), sampler, profileByWalks(make, SEED), BUDGET);
  if (chance?.kind !== 'exactly') throw new Error(`${sampler}: not known exactly`);
  return chance.fraction;
}

/** The same without a graph: every draw of the very code that samples. */
function byEveryDraw(make: () => System, sampler: Sampler): Fraction {
  const profile = profileByWalks(make, SEED);
  return probabilityOf((draw: Draw) => {
    const { threads, judge } = make();
    const names = threads.map(({ name }) => name);
    return judge(runChosen(threads, chooserOf(sampler, profile, names, draw))) !== null;
  });
}

const shortened = (exact: Fraction): string => decimal(exact).toFixed(3);

describe('one field for n threads of three steps each fails', () => {
  it.each([
    [2, 2n, '0.500'],
    [3, 6n, '0.833'],
    [4, 24n, '0.958'],
  ])('with %i, by the random walk, but once in %s', (threads, factorial, probability) => {
    const exact = exactly(() => oneFieldForAll(threads), 'random walk');
    expect(exact).toEqual(fraction(factorial - 1n, factorial));
    expect(shortened(exact)).toBe(probability);
  });

  it.each([
    [2, 12n, 20n, '0.600'],
    [3, 1512n, 1680n, '0.900'],
    [4, 362880n, 369600n, '0.982'],
  ])('with %i, by URW, as %s of %s interleavings do', (threads, failing, all, probability) => {
    const exact = exactly(() => oneFieldForAll(threads), 'URW');
    expect(exact).toEqual(fraction(failing, all));
    expect(shortened(exact)).toBe(probability);
    const { failing: counted, interleavings } = explore(oneFieldForAll(threads), BUDGET);
    expect([counted, interleavings]).toEqual([failing, all]);
  });

  it.each([
    [2, '0.083', fraction(1n, 5n)],
    [3, '0.037', fraction(2n, 8n)],
    [4, '0.021', fraction(3n, 11n)],
  ])('with %i, by PCT(2), with at least %s, and in fact more', (threads, bound, exact) => {
    const make = () => oneFieldForAll(threads);
    const chance = chanceOfFailing(make(), 'PCT(2)', profileByWalks(make, SEED), BUDGET);
    if (chance?.kind !== 'at least') throw new Error('a bound was expected');
    expect(shortened(chance.fraction)).toBe(bound);
    expect(chance.fraction).toEqual(fraction(1n, BigInt(threads) * 3n * BigInt(threads)));
    expect(byEveryDraw(make, 'PCT(2)')).toEqual(exact);
  });
});

describe('the state graph and every draw come to the same', () => {
  it.each([
    ['one field for two', () => oneFieldForAll(2)],
    ['two locks in opposite order', deadlockProne],
    ['a thread that is made', forksOnce],
  ])('%s', (_, make) => {
    for (const sampler of ['random walk', 'URW'] as const) {
      expect(byEveryDraw(make, sampler)).toEqual(exactly(make, sampler));
    }
  });
});

it('so they do for three threads on a random walk', () => {
  const make = () => oneFieldForAll(3);
  expect(byEveryDraw(make, 'random walk')).toEqual(exactly(make, 'random walk'));
});

it('a graph that is too large is not known, and memory is as it was', () => {
  const system = oneFieldForAll(3);
  expect(
    chanceOfFailing(
      system,
      'URW',
      profileByWalks(() => oneFieldForAll(3), 1),
      { maxStates: 9 },
    ),
  ).toBe(null);
  expect(explore(system, BUDGET).failing).toBe(1512n);
});

describe('what is observed is within what the probability allows', () => {
  const RUNS = 4000;
  /** So sure that of the tests here one in a hundred thousand would be wrong for another seed. */
  const CONFIDENCE = 1 - 1e-6;
  const observed = (threads: number, by: Sampler) =>
    sample(() => oneFieldForAll(threads), { runs: RUNS, seed: SEED, by }).failing;

  const cases = [2, 3, 4].flatMap((threads) =>
    (['random walk', 'URW', 'PCT(2)'] as const).map((by) => [threads, by] as const),
  );
  it.each(cases)('of %i threads by %s', (threads, by) => {
    const make = () => oneFieldForAll(threads);
    const exact = decimal(by === 'PCT(2)' ? byEveryDraw(make, by) : exactly(make, by));
    const { low, high } = intervalOf(observed(threads, by), RUNS, CONFIDENCE);
    expect(low).toBeLessThanOrEqual(exact);
    expect(high).toBeGreaterThanOrEqual(exact);
  });

  it('which is little enough to tell samplers from each other', () => {
    const walked = intervalOf(observed(2, 'random walk'), RUNS, CONFIDENCE);
    const uniform = intervalOf(observed(2, 'URW'), RUNS, CONFIDENCE);
    expect(walked.high).toBeLessThan(uniform.low);
  });
});

it('the bound of PCT falls with each further change point', () => {
  const profile = { threads: 3, steps: 10, below: new Map() };
  expect([1, 2, 3].map((depth) => pctBound(profile, depth).in)).toEqual([3n, 30n, 300n]);
});
