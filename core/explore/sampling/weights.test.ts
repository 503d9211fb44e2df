// SPDX-License-Identifier: MIT
/** URW draws every interleaving equally often, as far as it is said to; the random walk does not. */
import { chiSquaredDistributionTable } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { independent } from '../example-systems.ts';
import { explore } from '../graph.ts';
import type { System } from '../machine.ts';
import { runChosen } from '../run.ts';
import { formatSchedule } from '../schedule.ts';
import { drawsFrom } from './draw.ts';
import { distributionOf } from './every-draw.ts';
import { forksOnce } from './example-forks.ts';
import { fraction } from './fraction.ts';
import { chooserOf, profileByWalks, type Sampler } from './samplers.ts';

const SEED = 200807;
const RUNS = 4000;

/** How often each interleaving was drawn. */
function drawn(make: () => System, sampler: Sampler): Map<string, number> {
  const profile = profileByWalks(make, SEED);
  const counts = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    const { threads } = make();
    const names = threads.map(({ name }) => name);
    const chooser = chooserOf(sampler, profile, names, drawsFrom(SEED + run));
    const schedule = formatSchedule(runChosen(threads, chooser).schedule);
    counts.set(schedule, (counts.get(schedule) ?? 0) + 1);
  }
  return counts;
}

/** Pearson's statistic for the hypothesis that `of` outcomes are equally likely. */
function chiSquare(counts: ReadonlyMap<string, number>, of: number): number {
  const expected = RUNS / of;
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2, 0);
  return (seen + (of - counts.size) * expected ** 2) / expected;
}

/** What is exceeded by chance once in 200 times; one outcome is known from the others. */
function critical(outcomes: number): number {
  const table = new Map(Object.entries(chiSquaredDistributionTable));
  const value = table.get(String(outcomes - 1))?.['0.005'];
  if (value === undefined) throw new Error(`no table for ${outcomes} outcomes`);
  return value;
}

const SYSTEMS: readonly (readonly [string, () => System])[] = [
  ['two threads of three steps', () => independent([3, 3])],
  ['threads of two, two and one', () => independent([2, 2, 1])],
  ['threads of one step and six', () => independent([1, 6])],
  ['a thread that is made on the way', forksOnce],
];

describe.each(SYSTEMS)('%s', (_, make) => {
  const all = Number(explore(make(), { maxStates: 1000 }).interleavings);

  it('URW draws every interleaving, and as evenly as chance allows', () => {
    const counts = drawn(make, 'URW');
    expect(counts.size).toBe(all);
    expect(chiSquare(counts, all)).toBeLessThan(critical(all));
  });

  it('URW has exactly the same probability for each', () => {
    const profile = profileByWalks(make, SEED);
    const likely = distributionOf((draw) => {
      const { threads } = make();
      const names = threads.map(({ name }) => name);
      return formatSchedule(runChosen(threads, chooserOf('URW', profile, names, draw)).schedule);
    });
    expect([...likely.values()]).toEqual(Array(all).fill(fraction(1n, BigInt(all))));
  });

  it('the random walk is told from that by the same test', () => {
    expect(chiSquare(drawn(make, 'random walk'), all)).toBeGreaterThan(critical(all));
  });
});
