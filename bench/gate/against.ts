// SPDX-License-Identifier: MIT
/** A section of two versions, judged: a round of blocks, and where it alarms a second. */
import { type Plan, type Played, playSection, type Section as Round } from './blocks.ts';
import { confirmed, type Ratio, type Verdict } from './rule.ts';
import { openSection, type SectionName, type Versions } from './sections.ts';
import type { Row } from './turns.ts';

export interface TimedRow {
  readonly name: string;
  readonly does: string;
  readonly verdict: Verdict;
  /** Of both rounds, where there are two, the second's. */
  readonly ratio: Ratio | null;
  readonly blocks: number;
  /** Of one operation of the base. */
  readonly ns: number;
}

export type TimedSection = { readonly section: SectionName } & (
  | {
      readonly kind: 'judged';
      readonly rows: readonly TimedRow[];
      /** The base against itself: no difference was shown. */
      readonly control: TimedRow;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Rows of which both versions did something else. */
      readonly unequal: readonly string[];
    }
  /** The base differs from itself. */
  | { readonly kind: 'void'; readonly control: TimedRow }
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
  try {
    const { shared, added, removed } = section.rows;
    if (shared.length === 0) {
      return { section: name, kind: 'not run', why: 'the two versions have no row in common' };
    }
    const plan: Plan = { ...timing, sides: section.sides };
    const first = await playSection(shared, plan);
    const alarmed = first.rows.filter(isSlower).map(({ row }) => row);
    const again = alarmed.length === 0 ? null : await secondRound(alarmed, plan);
    return { section: name, ...judged(first, again, { added, removed }) };
  } finally {
    section.end();
  }
}

const isSlower = ({ judgement }: Played): boolean => judgement.verdict === 'slower';

/** Of a seed of its own: the same coins would be no second opinion. */
const secondRound = (rows: readonly Row[], plan: Plan): Promise<Round> =>
  playSection(rows, { ...plan, seed: plan.seed + 1 });

/** What two rounds say; the second is of the rows that the first found slower. */
export function judged(
  first: Round,
  again: Round | null,
  names: Pick<Extract<TimedSection, { kind: 'judged' }>, 'added' | 'removed'>,
) {
  for (const round of [first, again]) {
    const verdict = round?.control.judgement.verdict;
    if (round !== null && (verdict === 'slower' || verdict === 'faster')) {
      return { kind: 'void' as const, control: rowOf(round.control, verdict) };
    }
  }
  const rows = first.rows.map((row) => {
    const second = again?.rows.find((one) => one.row.name === row.row.name);
    const { verdict } = row.judgement;
    if (second === undefined) return rowOf(row, verdict);
    return rowOf(second, confirmed(verdict, second.judgement.verdict));
  });
  const unequal = first.rows.filter(({ otherWork }) => otherWork !== null);
  return {
    kind: 'judged' as const,
    rows,
    control: rowOf(first.control, first.control.judgement.verdict),
    ...names,
    unequal: unequal.map(
      ({ row, otherWork }) => `${row.name}: ${otherWork?.base} and ${otherWork?.candidate}`,
    ),
  };
}

const rowOf = ({ row, judgement, blocks, ns }: Played, verdict: Verdict): TimedRow => ({
  ...row,
  verdict,
  ratio: judgement.ratio,
  blocks,
  ns,
});
