// SPDX-License-Identifier: MIT
/** What blocks of plays say, each with an interval; or that they say nothing. */
import { mean } from 'simple-statistics';
import { hodgesLehmann, type Interval } from '../statistics/signed-rank.ts';
import type { Block, Pair } from './blocks.ts';
import type { ExperimentRow, Figure, SubjectRow } from './rows.ts';
import { type Experiment, type HostSubject, UNIT } from './subjects.ts';

export const CONFIDENCE = 0.99;
/** For half as many differences, of a thing against itself. */
const CONFIDENCE_ITSELF = 0.9;
/** Beyond such a share of what is measured, an interval says nothing. */
const WIDEST = 0.1;
/** What a thing may differ from itself by, as far as it is known. */
const MARGIN = 0.01;

export interface Figures {
  readonly subjects: SubjectRow[];
  readonly experiments: ExperimentRow[];
}

/** @param subjects those of the blocks, in their order */
export function figuresOf(
  blocks: readonly Block[],
  subjects: readonly HostSubject[],
  experiments: readonly Experiment[],
): Figures {
  const place = (name: string) => subjects.findIndex((subject) => subject.name === name);
  const unit = place(UNIT);
  const logs = (subject: number) => blocks.map((block) => logOf(block.ns[subject]));
  const itself = subjects.map((_, subject) => againstItself(blocks, subject));
  const unitLogs = logs(unit);
  const isKnown = (subject: number) => itself[subject]?.isSame !== false;
  const rows = subjects.map(({ name, does }, subject): SubjectRow => {
    const own = logs(subject);
    const ratio = own.map((log, block) => log - (unitLogs[block] ?? 0));
    const known = isKnown(subject) && isKnown(unit);
    return {
      name,
      does,
      nullCalls: subject === unit ? ONE : known ? ofLogs(ratio) : NOISY,
      ns: isKnown(subject) ? ofLogs(own) : NOISY,
      itself: itself[subject] ?? null,
      emptyNs: mean(blocks.flatMap(({ emptyNs }) => bothOf(emptyNs[subject]))),
    };
  });
  return {
    subjects: rows,
    experiments: experiments.flatMap(({ name, from, to }): ExperimentRow[] => {
      const [a, b] = [place(from), place(to)];
      if (a < 0 || b < 0) return [];
      const known = isKnown(a) && isKnown(b);
      const differences = (scale: (block: number) => number) =>
        blocks.map(({ ns }, block) => {
          const [one, other] = [Math.exp(logOf(ns[a])), Math.exp(logOf(ns[b]))];
          return {
            difference: (other - one) / scale(block),
            dearer: Math.max(one, other) / scale(block),
          };
        });
      const figure = (scale: (block: number) => number) =>
        known ? ofDifferences(differences(scale)) : NOISY;
      return [
        {
          name,
          from,
          to,
          nullCalls: isKnown(unit) ? figure((block) => Math.exp(unitLogs[block] ?? 0)) : NOISY,
          ns: figure(() => 1),
        },
      ];
    }),
  };
}

const NOISY: Figure = { kind: 'noisy' };
const ONE: Figure = { kind: 'measured', estimate: 1, low: 1, high: 1 };

const bothOf = (pair: Pair | undefined): number[] =>
  pair === undefined ? [] : [pair.first, pair.second];

/** Of what took both times; a time below 0 is none. */
const logOf = (pair: Pair | undefined): number =>
  mean(bothOf(pair).map((ns) => Math.log(Math.max(ns, Number.MIN_VALUE))));

function ofLogs(logs: readonly number[]): Figure {
  const interval = hodgesLehmann(logs, CONFIDENCE);
  if (interval === null || (interval.high - interval.low) / 2 > WIDEST) return NOISY;
  const { estimate, low, high } = interval;
  return {
    kind: 'measured',
    estimate: Math.exp(estimate),
    low: Math.exp(low),
    high: Math.exp(high),
  };
}

/** One that is not told from 0 is a figure too, where it would have been if it were of any size. */
function ofDifferences(
  rows: readonly { readonly difference: number; readonly dearer: number }[],
): Figure {
  const interval = hodgesLehmann(
    rows.map(({ difference }) => difference),
    CONFIDENCE,
  );
  if (interval === null) return NOISY;
  const widest = WIDEST * mean(rows.map(({ dearer }) => dearer));
  return holdsZero(interval) && halfOf(interval) > widest
    ? NOISY
    : { kind: 'measured', ...interval };
}

const holdsZero = ({ low, high }: Interval): boolean => low <= 0 && high >= 0;
const halfOf = ({ low, high }: Interval): number => (high - low) / 2;

/** Of two blocks at a time: the first of one with the second of the other, so that drift cancels. */
function againstItself(blocks: readonly Block[], subject: number): SubjectRow['itself'] {
  const differences: number[] = [];
  for (let at = 0; at + 1 < blocks.length; at += 2) {
    const [one, other] = [blocks[at]?.ns[subject], blocks[at + 1]?.ns[subject]];
    if (one === undefined || other === undefined) continue;
    const log = (ns: number) => Math.log(Math.max(ns, Number.MIN_VALUE));
    differences.push((log(one.first) + log(other.second) - log(one.second) - log(other.first)) / 2);
  }
  const interval = hodgesLehmann(differences, CONFIDENCE_ITSELF);
  if (interval === null) return null;
  return {
    halfWidth: halfOf(interval),
    isSame: interval.low <= MARGIN && interval.high >= -MARGIN && halfOf(interval) <= WIDEST,
  };
}

/** Of two runs: the share of rows whose intervals overlap, of those that both have figures for. */
export function overlap(
  one: Figures,
  other: Figures,
): { readonly rows: number; readonly overlap: number } {
  const figures = ({ subjects, experiments }: Figures) =>
    new Map<string, Figure>([
      ...subjects.map(({ name, nullCalls }) => [name, nullCalls] as const),
      ...experiments.map(({ from, to, nullCalls }) => [`${from} > ${to}`, nullCalls] as const),
    ]);
  const others = figures(other);
  const both = [...figures(one)].flatMap(([name, a]) => {
    const b = others.get(name);
    return a.kind === 'measured' && b?.kind === 'measured' ? [[a, b] as const] : [];
  });
  const overlaps = both.filter(([a, b]) => a.low <= b.high && b.low <= a.high);
  return { rows: both.length, overlap: overlaps.length };
}
