// SPDX-License-Identifier: MIT
/**
 * Exact figures against those of a baseline. Under an equal key they are equal or somebody changed
 * something; under another key nothing follows, and that is said and is no pass.
 */
import type { Row, Value } from './figures.ts';
import type { Lane, LaneFigures, Ran } from './lanes.ts';
import { meaningOf } from './meaning.ts';

/** One figure that is not what it was. */
export type Finding = {
  readonly row: string;
  readonly figure: string;
  /** What the figure is of. */
  readonly meaning: string;
} & (
  | { readonly kind: 'changed'; readonly was: Value; readonly is: Value }
  /** In no baseline yet. */
  | { readonly kind: 'added'; readonly is: Value }
  /** Of the baseline, and not there any more. */
  | { readonly kind: 'removed'; readonly was: Value }
);

export type Judged = { readonly lane: Lane } & (
  | { readonly kind: 'equal'; readonly figures: number }
  | { readonly kind: 'differs'; readonly figures: number; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'not comparable';
      readonly why: string;
      readonly findings: readonly Finding[];
    }
  | { readonly kind: 'not run'; readonly why: string }
);

export function judgeLane(lane: Lane, baseline: LaneFigures, now: Ran): Judged {
  if (now.kind === 'not run') return { lane, kind: 'not run', why: now.why };
  const findings = findingsBetween(lane, baseline.figures, now.figures);
  const why = otherKey(baseline.key, now.key);
  if (why !== null) return { lane, kind: 'not comparable', why, findings };
  const figures = Object.values(now.figures).reduce((sum, row) => sum + Object.keys(row).length, 0);
  return findings.length === 0
    ? { lane, kind: 'equal', figures }
    : { lane, kind: 'differs', figures, findings };
}

function otherKey(was: LaneFigures['key'], is: LaneFigures['key']): string | null {
  const parts = namesIn(was, is).filter((part) => was[part] !== is[part]);
  if (parts.length === 0) return null;
  return parts
    .map((part) => `${part} was ${was[part] ?? 'unknown'} and is ${is[part] ?? 'unknown'}`)
    .join('; ');
}

const namesIn = (...all: readonly Readonly<Record<string, unknown>>[]): string[] => [
  ...new Set(all.flatMap((one) => Object.keys(one))),
];

function findingsBetween(
  lane: Lane,
  before: LaneFigures['figures'],
  after: LaneFigures['figures'],
): Finding[] {
  return namesIn(before, after).flatMap((row) => {
    const [old, now]: [Row, Row] = [before[row] ?? {}, after[row] ?? {}];
    return namesIn(old, now).flatMap((figure): Finding[] => {
      const [was, is] = [old[figure], now[figure]];
      if (was === is) return [];
      const named = { row, figure, meaning: meaningOf(lane, row, figure) };
      if (was === undefined) return is === undefined ? [] : [{ ...named, kind: 'added', is }];
      return [
        is === undefined
          ? { ...named, kind: 'removed', was }
          : { ...named, kind: 'changed', was, is },
      ];
    });
  });
}
