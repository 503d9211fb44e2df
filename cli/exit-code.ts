// SPDX-License-Identifier: MIT
/** What a result deserves as an exit code, so that a script need not read the report. */
import { isBestForm } from '../core/kernel/strategy.ts';
import { ownFailures } from '../reports/hazards.ts';
import type { RaceRow, RestartTable, Result } from '../reports/result.ts';
import type { ObservedResult } from '../reports/schema/observed.ts';
import type { RealRestores } from '../reports/schema/restores.ts';
import { EXIT } from './terminal.ts';

type HostRun = Extract<Result['conformance'], { kind: 'run' }>;

/** What a comparison finds out about designs is no failure of it, unless it could have found nothing. */
export function racesExit(rows: readonly RaceRow[]): number {
  const controls = new Set(
    rows.filter(({ kind }) => kind === 'control').map((row) => row.strategy),
  );
  const isCaught = (name: string) => ownFailures(rows, name).length > 0;
  if (![...controls].every(isCaught)) return EXIT.failed;
  return rows.some(isCutShort) ? EXIT.incomplete : EXIT.ok;
}

/** Of a strategy that was asked for by name. */
export function raceExit(row: RaceOutcome): number {
  if (row.counterexample !== null) return EXIT.failed;
  return isCutShort(row) ? EXIT.incomplete : EXIT.ok;
}

type RaceOutcome = Pick<RaceRow, 'verdict' | 'counterexample'>;

const isCutShort = ({ verdict, counterexample }: RaceOutcome): boolean =>
  verdict.kind === 'INCOMPLETE' && counterexample === null;

/** A capture must come back by the best forms, or by whatever was asked for by name: `required`. */
export const restartExit = (
  { rows }: Pick<RestartTable, 'rows'>,
  required: ReadonlySet<string>,
): number =>
  rows.every((row) => row.end.kind === 'restored' || !required.has(row.strategy))
    ? EXIT.ok
    : EXIT.failed;

/** A seeded defect that nothing rejects: then the checks could have found nothing. */
/** Of explorers, each that is broken is to be found, and the sound one is not. */
export const explorersExit = (explorers: Result['explorers']): number =>
  explorers.every(({ defect, sums }) => sums > 0 === (defect !== null)) ? EXIT.ok : EXIT.failed;

export const mutantsExit = (mutants: Result['mutants']): number =>
  mutants.every(({ killedBy }) => killedBy.length > 0) ? EXIT.ok : EXIT.failed;

/** A kernel that could not be asked confirms nothing, and is not a failure of the report. */
export const conformanceExit = (conformance: Result['conformance']): number =>
  conformance.kind === 'run' && isRefuted(conformance) ? EXIT.failed : EXIT.ok;

const isRefuted = ({ mismatch, schedules }: HostRun): boolean =>
  mismatch !== null || schedules.some(({ mismatches }) => mismatches > 0);

/** Nothing else refutes the model: that a race was not seen may be chance. */
export const observedExit = (observed: ObservedResult): number =>
  observed.kind === 'run' && observed.rows.some(({ outside }) => outside > 0)
    ? EXIT.failed
    : EXIT.ok;

/** A way that can't do a capture is no failure; one that does it wrong is, or a control unseen. */
export function restoresExit(restores: RealRestores): number {
  if (restores.kind === 'not run') return EXIT.ok;
  const rows = restores.restores.flatMap((restore) => restore.rows);
  return rows.some(({ end }) => end.kind === 'different') ? EXIT.failed : EXIT.ok;
}

/** Of a whole comparison. A form as posted may not be up to a restart. */
export function resultExit(result: Result): number {
  const required = new Set(result.strategies.filter(isBestForm).map(({ name }) => name));
  return worst([
    racesExit(result.races),
    mutantsExit(result.mutants),
    explorersExit(result.explorers),
    ...result.restarts.map((table) => restartExit(table, required)),
    conformanceExit(result.conformance),
    observedExit(result.observed),
    restoresExit(result.realRestores),
  ]);
}

/** A failure is known, whatever else was cut short. */
export function worst(codes: readonly number[]): number {
  return codes.includes(EXIT.failed) ? EXIT.failed : Math.max(EXIT.ok, ...codes);
}
