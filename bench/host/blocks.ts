// SPDX-License-Identifier: MIT
/**
 * Blocks of plays. A block is a fresh image with an environment of random size; in it each subject is
 * played by fresh processes twice, in a random order and then in that order backwards: A B B A for any
 * two, so that a machine which drifts evenly does so for both.
 */
import { setImmediate } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import { quantile } from 'simple-statistics';
import { formatResult } from '../../core/kernel/errno.ts';
import type { Agent } from '../../linux/host/agent.ts';
import { type Lap, type Played, playAll } from '../../linux/tape/play.ts';
import { encodeTapes } from '../../linux/tape/wire.ts';
import { shuffled } from '../shuffled.ts';
import { type Recorded, recorded } from './recorded.ts';
import type { HostSubject } from './subjects.ts';

/** Nanoseconds of one operation, the first time and the second. */
export interface Pair {
  readonly first: number;
  readonly second: number;
}

export interface Block {
  /** By subject. */
  readonly ns: readonly Pair[];
  readonly emptyNs: readonly Pair[];
  /** Plays in which another process was let in. */
  readonly preempted: number;
}

export interface Blocks {
  readonly blocks: readonly Block[];
  /** Subjects of these blocks. */
  readonly subjects: readonly HostSubject[];
  /** Those whose calls this kernel refuses. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

export interface Plan {
  readonly seed: number;
  /** No more, and no fewer unless interrupted. */
  readonly most: number;
  readonly least: number;
  /** Beyond `least`, none is begun once this is over. */
  readonly milliseconds: number;
  readonly onBlock: (done: number) => void;
  readonly interrupted: () => boolean;
}

/** Bytes of environment: a few pages, so that a stack begins at any place within one. */
const MOST_ENVIRONMENT = 8192;
/** Of the laps, sorted: low, as what holds a lap up only ever makes it longer. */
const QUANTILE = 0.2;
/** Preparation, and the lap that warms up. */
const NOT_COUNTED = 2;

/** @throws InputError where the agent fails */
export async function playBlocks(
  agent: Agent,
  all: readonly HostSubject[],
  plan: Plan,
): Promise<Blocks> {
  const tapes = recorded(all);
  const encoded = encodeTapes(tapes.tapes);
  const { subjects, plays, refused } = await allowedHere(agent, all, tapes, encoded);
  const random = mersenne(plan.seed);
  const blocks: Block[] = [];
  const begun = performance.now();
  while (blocks.length < plan.most && !plan.interrupted()) {
    if (blocks.length >= plan.least && performance.now() - begun > plan.milliseconds) break;
    // Lets signals and the progress display in.
    await setImmediate();
    const order = shuffled([...subjects.keys()], random);
    const there = order.flatMap((subject) => plays[subject] ?? []);
    const back = [...there].reverse();
    const environment = uniformInt(random, 0, MOST_ENVIRONMENT);
    const played = await playAll(agent, encoded, [...there, ...back], environment);
    blocks.push(blockOf(subjects, order, played));
    plan.onBlock(blocks.length);
  }
  return { blocks, subjects, refused };
}

/** Plays each once: what is refused is left out. */
async function allowedHere(
  agent: Agent,
  all: readonly HostSubject[],
  { tapes, plays }: Recorded,
  encoded: Buffer,
) {
  const refused: { name: string; reason: string }[] = [];
  const played = await playAll(agent, encoded, plays, 0);
  const allowed = all.flatMap((subject, index) => {
    const [play, refusal] = [plays[index], played[index]?.refused ?? null];
    if (play === undefined) return [];
    if (refusal === null) return [{ subject, play }];
    const call = tapes[play.tape]?.calls[refusal.call]?.call ?? 'a call';
    const reason = `${call} gave ${formatResult(refusal.result)}`;
    refused.push({ name: subject.name, reason });
    return [];
  });
  return {
    subjects: allowed.map(({ subject }) => subject),
    plays: allowed.map(({ play }) => play),
    refused,
  };
}

function blockOf(
  subjects: readonly HostSubject[],
  order: readonly number[],
  played: readonly Played[],
): Block {
  const pairOf = (of: (lap: Lap) => number) =>
    subjects.map(({ perLap }, subject): Pair => {
      const at = order.indexOf(subject);
      const [first, second] = [played[at], played[2 * order.length - 1 - at]].map((play) => {
        const laps = (play?.laps ?? []).slice(NOT_COUNTED);
        if (laps.length === 0) throw new Error('a call was refused that was not before');
        return quantile(laps.map(of), QUANTILE) / perLap;
      });
      return { first: first ?? 0, second: second ?? 0 };
    });
  return {
    ns: pairOf(({ time, emptyTime }) => time - emptyTime),
    emptyNs: pairOf(({ emptyTime }) => emptyTime),
    preempted: played.filter(({ preempted }) => preempted > 0).length,
  };
}
