// SPDX-License-Identifier: MIT
/**
 * Blocks in which two versions take turns at a row, A B B A or B A A B by a seeded coin, so that a
 * machine which drifts evenly does so for both. Beside the candidate stands the base once more: what
 * shows a difference from itself shows nothing of another.
 */
import { setImmediate } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { median } from 'simple-statistics';
import { shuffled } from '../shuffled.ts';
import { BLOCKS, type Judgement, judge } from './rule.ts';
import type { Ask, Row, Turn } from './turns.ts';

/** What takes turns. */
export interface Side {
  take(ask: Ask): Promise<Turn>;
}

/** Of one block: the base, what is held against it, and the base again. */
export interface Sides {
  readonly base: Side;
  readonly candidate: Side;
  readonly again: Side;
  end(): void;
}

export interface Plan {
  readonly seed: number;
  /** Whatever is slower than known is beside the candidate's turns, in percent. */
  readonly more: number;
  sides(environment: () => number): Promise<Sides>;
  readonly onBlock: (done: number) => void;
  /** Throws if it was. */
  readonly stopIfInterrupted: () => void;
}

export interface Played {
  readonly row: Row;
  readonly blocks: number;
  /** Of a turn of the base, the median, in nanoseconds of one operation. */
  readonly ns: number;
  /** What each version did, if that differs. */
  readonly otherWork: { readonly base: string; readonly candidate: string } | null;
  readonly judgement: Judgement;
  /** One a block. */
  readonly differences: readonly number[];
}

/**
 * Of four turns, in a block; its difference is their median. To make processes takes longer than a turn,
 * and what holds a machine up for a moment holds up one round.
 */
const ROUNDS = 5;
/** Bytes of environment: a few pages, so that a stack begins at any place within one. */
const MOST_ENVIRONMENT = 8192;

class Series {
  readonly row: Row;
  readonly differences: number[] = [];
  readonly ns: number[] = [];
  readonly work = { base: '', candidate: '' };

  constructor(row: Row) {
    this.row = row;
  }

  get judgement(): Judgement {
    return judge(this.differences);
  }

  played(): Played {
    const { row, differences, ns, work, judgement } = this;
    return {
      row,
      blocks: differences.length,
      ns: median(ns),
      otherWork: work.base === work.candidate ? null : { ...work },
      judgement,
      differences,
    };
  }
}

export interface Section {
  /** The base against itself. */
  readonly control: Played;
  readonly rows: readonly Played[];
}

/** Plays as many blocks as the widest interval asks for. @throws what stopIfInterrupted does */
export async function playSection(rows: readonly Row[], plan: Plan): Promise<Section> {
  const [first] = rows;
  if (first === undefined) throw new Error('there is nothing to play');
  const random = mersenne(plan.seed);
  const environment = () => uniformInt(random, 0, MOST_ENVIRONMENT);
  const control = new Series(first);
  const series = rows.map((row) => new Series(row));
  for (const until of BLOCKS) {
    const open = [control, ...series].filter(({ judgement }) => judgement.verdict === 'noisy');
    if (open.length === 0) break;
    while (open.some(({ differences }) => differences.length < until)) {
      plan.stopIfInterrupted();
      // Lets signals and the progress display in.
      await setImmediate();
      const sides = await plan.sides(environment);
      try {
        for (const one of shuffled(open, random)) {
          const against = one === control ? sides.again : sides.candidate;
          const more = one === control ? 0 : plan.more;
          await playBlock(one, sides.base, against, { more, random, environment });
        }
      } finally {
        sides.end();
      }
      plan.onBlock(Math.max(...open.map(({ differences }) => differences.length)));
    }
  }
  return { control: control.played(), rows: series.map((one) => one.played()) };
}

interface Coins extends Pick<Plan, 'more'> {
  readonly random: RandomGenerator;
  readonly environment: () => number;
}

async function playBlock(
  { row, differences, ns, work }: Series,
  base: Side,
  candidate: Side,
  { more, random, environment }: Coins,
): Promise<void> {
  const turn = async (isBase: boolean): Promise<number> => {
    const ask = { row: row.name, more: isBase ? 0 : more, environment: environment() };
    const taken = await (isBase ? base : candidate).take(ask);
    work[isBase ? 'base' : 'candidate'] = taken.work;
    if (isBase) ns.push(taken.ns);
    return Math.log(taken.ns);
  };
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const isBaseFirst = uniformInt(random, 0, 1) === 0;
    let difference = 0;
    for (const isOuter of [true, false, false, true]) {
      const isBase = isOuter === isBaseFirst;
      difference += ((isBase ? -1 : 1) * (await turn(isBase))) / 2;
    }
    rounds.push(difference);
  }
  differences.push(median(rounds));
}
