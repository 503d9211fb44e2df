// SPDX-License-Identifier: MIT
/** A section of two versions, judged: a round of blocks, and where it alarms a second. */
import { type Plan, type Played, playRows } from './blocks.ts';
import { confirmed, type Judgement, type Ratio, type Verdict } from './rule.ts';
import type { Versions } from './section.ts';
import { openSection, type SectionName } from './sections.ts';
import type { Row } from './turns.ts';

export interface TimedRow {
  readonly name: string;
  readonly does: string;
  readonly verdict: Verdict;
  /** Of both rounds, where there are two, the second's. */
  readonly ratio: Ratio | null;
  readonly blocks: number;
  /** Of one operation of the base; in a guest, ticks of its TSC. */
  readonly ns: number;
}

export type TimedSection = { readonly section: SectionName } & (
  | {
      readonly kind: 'judged';
      readonly rows: readonly TimedRow[];
      /** The base against itself, in the row in which least is known of it: no difference was shown. */
      readonly control: TimedRow;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Rows of which both versions did something else. */
      readonly unequal: readonly string[];
    }
  /** The base differs from itself. */
  | { readonly kind: 'void'; readonly control: TimedRow }
  /** As it is not meant to be run here, or of these versions. */
  | { readonly kind: 'left out'; readonly why: string }
  | { readonly kind: 'not run'; readonly why: string }
);

export interface Timing extends Pick<Plan, 'seed' | 'more' | 'onBlock' | 'stopIfInterrupted'> {}

/** @throws InputError where a version can't be timed; what stopIfInterrupted throws */
export async function timeAgainst(
  name: SectionName,
  versions: Versions,
  timing: Timing,
): Promise<TimedSection> {
  const section = await openSection(name, versions);
  if ('leftOut' in section) return { section: name, kind: 'left out', why: section.leftOut };
  try {
    const { shared, added, removed } = section.rows;
    if (shared.length === 0) {
      return { section: name, kind: 'not run', why: 'the two versions have no row in common' };
    }
    const rounds = await playRounds(shared, { ...timing, ...section });
    return { section: name, ...judged(rounds, { added, removed }) };
  } finally {
    section.end();
  }
}

export interface Rounds {
  readonly first: readonly Played[];
  /** Of the rows in which the first found a difference; null if there are none. */
  readonly again: readonly Played[] | null;
}

export async function playRounds(rows: readonly Row[], plan: Plan): Promise<Rounds> {
  const first = await playRows(rows, plan);
  const differing = first.filter(({ judgement }) => isDifference(judgement));
  if (differing.length === 0) return { first, again: null };
  // Of a seed of its own: the same coins would be no second opinion.
  const next = { ...plan, seed: plan.seed + 1 };
  return {
    first,
    again: await playRows(
      differing.map(({ row }) => row),
      next,
    ),
  };
}

const isDifference = ({ verdict }: Pick<Judgement, 'verdict'>): boolean =>
  verdict === 'slower' || verdict === 'faster';

/** What both rounds say. */
export function judged(
  { first, again }: Rounds,
  names: Pick<Extract<TimedSection, { kind: 'judged' }>, 'added' | 'removed'>,
) {
  const controls = [...first, ...(again ?? [])].map((played) => rowOf(played, played.control));
  const differing = controls.find(isDifference);
  if (differing !== undefined) return { kind: 'void' as const, control: differing };
  const rows = first.map((played) => {
    const second = again?.find(({ row }) => row.name === played.row.name);
    const { verdict } = played.judgement;
    if (second === undefined) return rowOf(played, played.judgement);
    return {
      ...rowOf(second, second.judgement),
      verdict: confirmed(verdict, second.judgement.verdict),
    };
  });
  const unequal = first.filter(({ otherWork }) => otherWork !== null);
  return {
    kind: 'judged' as const,
    rows,
    control: controls.reduce((one, other) => (widthOf(other) > widthOf(one) ? other : one)),
    ...names,
    unequal: unequal.map(
      ({ row, otherWork }) => `${row.name}: ${otherWork?.base} and ${otherWork?.candidate}`,
    ),
  };
}

const widthOf = ({ ratio }: TimedRow): number =>
  ratio === null ? Number.POSITIVE_INFINITY : ratio.high - ratio.low;

const rowOf = ({ row, blocks, ns }: Played, { verdict, ratio }: Judgement): TimedRow => ({
  ...row,
  ...{ verdict, ratio, blocks, ns },
});
