// SPDX-License-Identifier: MIT
/** What a result deserves as an exit code, so that a script need not read the report. */
import type { RaceRow, RestartTable, Result } from '../reports/result.ts';
import { EXIT } from './terminal.ts';

type HostRun = Extract<Result['conformance'], { kind: 'run' }>;

/** A control is there to fail: one that passes means that the scenario proves nothing. */
export function raceExit({
  verdict,
  counterexample,
  kind,
}: Pick<RaceRow, 'verdict' | 'counterexample' | 'kind'>): number {
  const fails = counterexample !== null;
  if (!fails && verdict.kind === 'INCOMPLETE') return EXIT.incomplete;
  return fails === (kind === 'control') ? EXIT.ok : EXIT.failed;
}

export const restartExit = ({ rows }: Pick<RestartTable, 'rows'>): number =>
  rows.every((row) => row.end.kind === 'restored') ? EXIT.ok : EXIT.failed;

/** A kernel that could not be asked confirms nothing, and is not a failure of the report. */
export const conformanceExit = (conformance: Result['conformance']): number =>
  conformance.kind === 'run' && isRefuted(conformance) ? EXIT.failed : EXIT.ok;

const isRefuted = ({ mismatch, schedules }: HostRun): boolean =>
  mismatch !== null || schedules.some(({ mismatches }) => mismatches > 0);

/** A failure is known, whatever else was cut short. */
export function worst(codes: readonly number[]): number {
  return codes.includes(EXIT.failed) ? EXIT.failed : Math.max(EXIT.ok, ...codes);
}
