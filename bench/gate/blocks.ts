// SPDX-License-Identifier: MIT
/**
 * Blocks in which two versions take turns at their rows: the base, the candidate and the base again in
 * an order that is drawn, and then backwards, so that a machine which drifts evenly does so for all. The
 * base again is held against the base as the candidate is: what shows a difference from itself shows
 * nothing of another.
 */
import { setImmediate } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { median } from 'simple-statistics';
import { shuffled } from '../shuffled.ts';
import { BLOCKS, type Judgement, judge } from './rule.ts';
import { PARTS, type Part, type Round, type RoundAsk, type Row, type Taken } from './turns.ts';

/** What takes turns, in one block. */
export interface Sides {
  /**
   * A round: whoever is in `order` takes its turns, in this order and backwards.
   * @param random whose draws decide what is the turns' own, such as a size of environment
   * @returns of each part and each row, in the order in which rows were asked for
   */
  play(ask: RoundAsk, random: RandomGenerator): Promise<Round>;
  end(): void;
}

export interface Plan {
  readonly seed: number;
  /** Whatever is slower than known is beside the candidate's turns, in percent. */
  readonly more: number;
  /** In a block, whose difference is their median: what holds a machine up holds up one. */
  readonly rounds: number;
  /** @param random whose draws decide what is the processes' own: a size of environment, an order */
  sides(random: RandomGenerator): Promise<Sides>;
  readonly onBlock: (done: number) => void;
  /** Throws if it was. */
  readonly stopIfInterrupted: () => void;
}

export interface Played {
  readonly row: Row;
  readonly blocks: number;
  /** Of the base, the median of rounds, in nanoseconds of one operation. */
  readonly ns: number;
  /** What each version did, if that differs. */
  readonly otherWork: { readonly base: string; readonly candidate: string } | null;
  /** Of the candidate, and of the base again; each against the base. */
  readonly judgement: Judgement;
  readonly control: Judgement;
  /** Of all rounds, in their order, in nanoseconds of one operation. */
  readonly rounds: Readonly<Record<Part, readonly number[]>>;
}

/** Bytes of environment: a few pages, so that a stack begins at any place within one. */
const MOST_ENVIRONMENT = 8192;

export const drawEnvironment = (random: RandomGenerator): number =>
  uniformInt(random, 0, MOST_ENVIRONMENT);

class Series {
  readonly row: Row;
  /** One a block. */
  private readonly differences: Record<Exclude<Part, 'base'>, number[]> = {
    candidate: [],
    again: [],
  };
  private readonly rounds: Record<Part, number[]> = { base: [], candidate: [], again: [] };
  private readonly work = { base: '', candidate: '' };

  constructor(row: Row) {
    this.row = row;
  }

  get blocks(): number {
    return this.differences.candidate.length;
  }

  get isOpen(): boolean {
    return Object.values(this.differences).some((one) => judge(one).verdict === 'noisy');
  }

  take(part: Part, { ns, work }: Taken): void {
    this.rounds[part].push(ns);
    if (part !== 'again') this.work[part] = work;
  }

  /** @param rounds so many, the last */
  endBlock(rounds: number): void {
    const latest = (part: Part) => this.rounds[part].slice(-rounds).map(Math.log);
    const base = latest('base');
    for (const part of ['candidate', 'again'] as const) {
      const differences = latest(part).map((taken, nth) => taken - (base[nth] ?? Number.NaN));
      this.differences[part].push(median(differences));
    }
  }

  played(): Played {
    const { row, blocks, rounds, work, differences } = this;
    return {
      ...{ row, blocks, rounds },
      ns: median(rounds.base),
      otherWork: work.base === work.candidate ? null : { ...work },
      judgement: judge(differences.candidate),
      control: judge(differences.again),
    };
  }
}

/** Plays as many blocks as the widest interval asks for. @throws what stopIfInterrupted does */
export async function playRows(rows: readonly Row[], plan: Plan): Promise<Played[]> {
  const random = mersenne(plan.seed);
  const series = rows.map((row) => new Series(row));
  for (let until = BLOCKS.least; until <= BLOCKS.most; until += BLOCKS.step) {
    const open = series.filter(({ isOpen }) => isOpen);
    for (let block = open[0]?.blocks ?? until; block < until; block++) {
      plan.stopIfInterrupted();
      // Lets signals and the progress display in.
      await setImmediate();
      const sides = await plan.sides(random);
      try {
        await playBlock(open, sides, plan, random);
      } finally {
        sides.end();
      }
      plan.onBlock(block + 1);
    }
  }
  return series.map((one) => one.played());
}

async function playBlock(
  series: readonly Series[],
  sides: Sides,
  { rounds, more }: Plan,
  random: RandomGenerator,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const order = shuffled(PARTS, random);
    const asked = shuffled(series, random);
    const played = await sides.play(
      { rows: asked.map(({ row }) => row.name), more, order },
      random,
    );
    for (const part of PARTS) {
      for (const [nth, taken] of played[part].entries()) asked[nth]?.take(part, taken);
    }
  }
  for (const one of series) one.endBlock(rounds);
}
