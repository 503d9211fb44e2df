// SPDX-License-Identifier: MIT
/** Two versions whose turns are taken by a harness of each one's own, and by one of the base again. */
import { join } from 'node:path';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import * as v from 'valibot';
import { drawEnvironment, type Sides } from './blocks.ts';
import { Runner, type RunnerCommand } from './runner.ts';
import { mustHave, rowsOf, type Section, type Versions } from './section.ts';
import { type Part, type Round, type RoundAsk, type Turn, TurnSchema } from './turns.ts';
import type { Version } from './versions.ts';

export type Harnesses = Readonly<Record<Part, Runner>>;

interface Options extends Pick<RunnerCommand, 'onSaid'> {
  readonly args?: readonly string[];
}

/**
 * Starts them, and ends them where they can't be used.
 * @param module of bench/gate/, which each version has
 * @throws InputError where a version has it not, or it does not start; what `use` throws
 */
export async function withHarnesses<T>(
  versions: Versions,
  module: string,
  options: Options,
  use: (harnesses: Harnesses) => Promise<T>,
): Promise<T> {
  const harnesses = await startHarnesses(versions, module, options);
  try {
    return await use(harnesses);
  } catch (error) {
    endHarnesses(harnesses);
    throw error;
  }
}

async function startHarnesses(
  { base, candidate }: Versions,
  module: string,
  { args = [], ...rest }: Options,
): Promise<Harnesses> {
  const start = async ({ root, name }: Version): Promise<Runner> => {
    const entry = join(root, `bench/gate/${module}.ts`);
    await mustHave(entry, name);
    const command = { path: process.execPath, args: ['--import', 'tsx', entry, ...args] };
    return Runner.start({ ...rest, ...command, directory: root, version: name }, 0);
  };
  const started = await Promise.allSettled([base, candidate, base].map(start));
  const runners = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [first, second, third] = runners;
  if (first === undefined || second === undefined || third === undefined) {
    for (const runner of runners) runner.end();
    throw started.find((one) => one.status === 'rejected')?.reason;
  }
  return { base: first, candidate: second, again: third };
}

export function endHarnesses(harnesses: Harnesses): void {
  for (const runner of Object.values(harnesses)) runner.end();
}

/** What is fresh in a block is up to the harness, which is not what is timed. */
export function sectionOf(harnesses: Harnesses, rounds: number): Section {
  const sides: Sides = { play: (ask, random) => turnsOf(harnesses, ask, random), end() {} };
  return {
    ...{ rounds, atOnce: 1 },
    rows: rowsOf(harnesses.base.hello, harnesses.candidate.hello),
    sides: async () => {
      await Promise.all(Object.values(harnesses).map(startAfresh));
      return sides;
    },
    end: () => endHarnesses(harnesses),
  };
}

export const startAfresh = (runner: Runner): Promise<null> =>
  runner.ask({ kind: 'fresh' }, v.null());

/** Of each part two turns, whose mean is that of their logarithms. */
async function turnsOf(
  harnesses: Harnesses,
  { rows, more, order }: RoundAsk,
  random: RandomGenerator,
): Promise<Round> {
  const taken: Record<Part, Turn[]> = { base: [], candidate: [], again: [] };
  for (const part of [...order, ...order.toReversed()]) {
    const environment = drawEnvironment(random);
    const ask = { kind: 'turn', rows, environment, more: part === 'candidate' ? more : 0 };
    taken[part].push(await harnesses[part].ask(ask, TurnSchema));
  }
  const both = ([first = [], second = []]: readonly Turn[]): Turn =>
    first.map(({ ns, work }, nth) => ({ ns: Math.sqrt(ns * (second[nth]?.ns ?? ns)), work }));
  return { base: both(taken.base), candidate: both(taken.candidate), again: both(taken.again) };
}
