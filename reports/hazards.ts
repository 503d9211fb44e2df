// SPDX-License-Identifier: MIT
/** What became of the scenarios that a strategy was asked about. */
import { isBestForm } from '../core/kernel/strategy.ts';
import type { RaceRow } from './result.ts';

type Row = Pick<
  RaceRow,
  'scenario' | 'strategy' | 'scenarioKind' | 'context' | 'verdict' | 'counterexample'
>;

export interface Asked {
  readonly asked: number;
  /** Names of those that it fails in some interleaving. */
  readonly failed: readonly string[];
  /** How many hold as far as it was seen, which is not in every interleaving. */
  readonly unsettled: number;
}

export const isOfBestForm = ({
  strategy: name,
  of,
  kind,
  form,
}: Pick<RaceRow, 'strategy' | 'of' | 'kind' | 'form'>): boolean =>
  isBestForm({ name, of, kind, form });

export const fails = ({ counterexample }: Pick<RaceRow, 'counterexample'>): boolean =>
  counterexample !== null;

/** No failure was found, and not everything was looked at. */
export const isUnsettled = (row: Pick<RaceRow, 'verdict' | 'counterexample'>): boolean =>
  !fails(row) && row.verdict.kind !== 'EXHAUSTIVE';

/** Of hazards or of virtues; in one context, or in both. */
export function asked(
  races: readonly Row[],
  strategy: string,
  kind: RaceRow['scenarioKind'],
  context: RaceRow['context'] | null = null,
): Asked {
  const rows = races
    .filter((row) => row.strategy === strategy && row.scenarioKind === kind)
    .filter((row) => context === null || row.context === context);
  return {
    asked: rows.length,
    failed: rows.filter(fails).map(({ scenario }) => scenario),
    unsettled: rows.filter(isUnsettled).length,
  };
}

export const share = ({ failed, asked: all }: Asked): string => `${failed.length} of ${all}`;

/**
 * What a control fails and the best form of its design does not: where both fail, the control shows
 * nothing about the scenario.
 */
export function ownFailures(
  rows: readonly Pick<RaceRow, 'scenario' | 'strategy' | 'of' | 'counterexample'>[],
  control: string,
): string[] {
  const failedBy = (strategy: string | null) =>
    rows.filter((row) => row.strategy === strategy && fails(row)).map(({ scenario }) => scenario);
  const best = failedBy(rows.find(({ strategy }) => strategy === control)?.of ?? null);
  return failedBy(control).filter((scenario) => !best.includes(scenario));
}
