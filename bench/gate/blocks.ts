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
  /** Blocks that are played at the same time. */
  readonly atOnce: number;
  /**
   * @param random whose draws decide what is the processes' own: a size of environment, an order
   * @param place of those that are played at once, its number
   */
  sides(random: RandomGenerator, place: number): Promise<Sides>;
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
const MOST_SEED = 0x7fff_ffff;

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

  /** @param rounds of a block */
  take(rounds: RowRounds): void {
    const logarithms = (part: Part) => rounds[part].map(({ ns }) => Math.log(ns));
    const base = logarithms('base');
    for (const part of ['candidate', 'again'] as const) {
      const differences = logarithms(part).map((taken, nth) => taken - (base[nth] ?? Number.NaN));
      this.differences[part].push(median(differences));
    }
    for (const part of PARTS) this.rounds[part].push(...rounds[part].map(({ ns }) => ns));
    this.work.base = rounds.base.at(-1)?.work ?? '';
    this.work.candidate = rounds.candidate.at(-1)?.work ?? '';
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
    for (let block = open[0]?.blocks ?? until; block < until; block += plan.atOnce) {
      plan.stopIfInterrupted();
      // Lets signals and the progress display in.
      await setImmediate();
      const coins = Array.from({ length: Math.min(plan.atOnce, until - block) }, () =>
        mersenne(uniformInt(random, 0, MOST_SEED)),
      );
      const asked = open.map(({ row }) => row.name);
      const played = await Promise.all(
        coins.map((coin, place) => playBlock(asked, plan, place, coin)),
      );
      for (const taken of played) {
        for (const one of open) one.take(ofRow(taken, one.row.name));
      }
      plan.onBlock(block + coins.length);
    }
  }
  return series.map((one) => one.played());
}

/** Of a row, its rounds by part. */
type RowRounds = Record<Part, Taken[]>;

/** By row. */
type Block = ReadonlyMap<string, RowRounds>;

function ofRow(block: Block, row: string): RowRounds {
  const rounds = block.get(row);
  if (rounds === undefined) throw new Error(`nobody played ${row}`);
  return rounds;
}

/** @param place of those that are played at once, its number */
async function playBlock(
  rows: readonly string[],
  { rounds, more, sides }: Plan,
  place: number,
  random: RandomGenerator,
): Promise<Block> {
  const taken = new Map(
    rows.map((row) => [row, { base: [], candidate: [], again: [] } as RowRounds]),
  );
  const playing = await sides(random, place);
  try {
    for (let round = 0; round < rounds; round++) {
      const order = shuffled(PARTS, random);
      const asked = shuffled(rows, random);
      const played = await playing.play({ rows: asked, more, order }, random);
      for (const part of PARTS) {
        for (const [nth, one] of played[part].entries())
          taken.get(asked[nth] ?? '')?.[part].push(one);
      }
    }
  } finally {
    playing.end();
  }
  return taken;
}
