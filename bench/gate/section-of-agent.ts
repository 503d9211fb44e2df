// SPDX-License-Identifier: MIT
/** The agents of two versions, with their tapes. */
import { join } from 'node:path';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import * as v from 'valibot';
import { drawEnvironment, type Sides } from './blocks.ts';
import { Runner } from './runner.ts';
import { mustHave, rowsOf, type Section, type Versions } from './section.ts';
import { type Part, type Round, type RoundAsk, type Turn, TurnSchema } from './turns.ts';
import type { Version } from './versions.ts';

/** Few, as to make an image takes longer than what is played in it. */
const ROUNDS = 3;

/** The agent is fresh in a block, and its image in a turn: the harness around it is not what is timed. */
export async function agentSection({ base, candidate }: Versions): Promise<Section> {
  const start = async ({ root, name }: Version): Promise<Runner> => {
    const entry = join(root, 'bench/gate/of-agent.ts');
    await mustHave(entry, name);
    const args = ['--import', 'tsx', entry];
    return Runner.start({ path: process.execPath, args, directory: root, version: name }, 0);
  };
  const started = await Promise.allSettled([base, candidate, base].map(start));
  const runners = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const end = () => {
    for (const runner of runners) runner.end();
  };
  const [first, second, third] = runners;
  if (first === undefined || second === undefined || third === undefined) {
    end();
    throw started.find((one) => one.status === 'rejected')?.reason;
  }
  const parts = { base: first, candidate: second, again: third };
  const sides: Sides = { play: (ask, random) => turnsOf(parts, ask, random), end() {} };
  try {
    const rows = rowsOf(first.hello, second.hello);
    const afresh = async () => {
      await Promise.all(runners.map((runner) => runner.ask({ kind: 'fresh' }, v.null())));
      return sides;
    };
    return { rounds: ROUNDS, rows, sides: afresh, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** Of each part two turns, whose mean is that of their logarithms. */
async function turnsOf(
  parts: Readonly<Record<Part, Runner>>,
  { rows, more, order }: RoundAsk,
  random: RandomGenerator,
): Promise<Round> {
  const taken: Record<Part, Turn[]> = { base: [], candidate: [], again: [] };
  for (const part of [...order, ...order.toReversed()]) {
    const environment = drawEnvironment(random);
    const ask = { kind: 'turn', rows, environment, more: part === 'candidate' ? more : 0 };
    taken[part].push(await parts[part].ask(ask, TurnSchema));
  }
  const both = ([first = [], second = []]: readonly Turn[]): Turn =>
    first.map(({ ns, work }, nth) => ({ ns: Math.sqrt(ns * (second[nth]?.ns ?? ns)), work }));
  return { base: both(taken.base), candidate: both(taken.candidate), again: both(taken.again) };
}
