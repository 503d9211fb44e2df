// SPDX-License-Identifier: MIT
/** The whole report, out of a result and nothing else. */
import { UNIT } from '../bench/host/subjects.ts';
import type { Report, Section } from './document.ts';
import type { Measured, Result } from './result.ts';
import { claimSections } from './sections/claims.ts';
import { conformanceSection } from './sections/conformance.ts';
import { costSections } from './sections/costs/index.ts';
import { explorerSection } from './sections/explorer-defects.ts';
import { growthSections } from './sections/growth.ts';
import { designsOf, inShort } from './sections/in-short.ts';
import { ledgerSections } from './sections/ledger.ts';
import { mutantSection } from './sections/mutants.ts';
import { notMeasured } from './sections/not-measured.ts';
import { observedSection } from './sections/observed.ts';
import { outsideSection } from './sections/outside.ts';
import { provenanceSection } from './sections/provenance.ts';
import { raceSections } from './sections/races.ts';
import { realRestoreSection } from './sections/real-restores.ts';
import { restartSections } from './sections/restarts.ts';
import { rubricSection } from './sections/rubric.ts';
import { timedSection } from './sections/timed.ts';
import { timesSection } from './sections/times.ts';
import { plural } from './words.ts';

export function reportOf(result: Result): Report {
  return {
    title: titleOf(result),
    sections: [...exactSections(result), ...otherSections(result)],
  };
}

export function titleOf({
  strategies,
  provenance,
}: Pick<Result, 'strategies' | 'provenance'>): string {
  const ways = plural(designsOf(strategies), 'way');
  return `Sideband ${provenance.version}  ${ways} to hand a system call one more argument`;
}

/** What is known before anything is timed; the same in every run. */
export function exactSections(measured: Measured & Pick<Result, 'claims'>): Section[] {
  const { claims, races, outside, mutants, explorers, ledger, strategies } = measured;
  return [
    inShort(measured),
    ...claimSections(claims),
    ...raceSections(races, 'best forms'),
    ...outsideSection(outside),
    ...mutantSection(mutants, races),
    ...explorerSection(explorers),
    ...rubricSection(strategies),
    ...ledgerSections(ledger),
    ...restartSections(measured),
    ...growthSections(measured),
  ];
}

export function otherSections(result: Result): Section[] {
  const { conformance, costs, times, timed, provenance } = result;
  return [
    ...hostSections(result),
    ...(costs === null ? [] : costSections(costs, true, nullCallNs(times))),
    timedSection(timed),
    notMeasured(conformance, result),
    provenanceSection(provenance),
  ];
}

/** Of the stock kernel below, if it was timed. */
function nullCallNs(times: Result['times']): number | null {
  if (times.kind !== 'run') return null;
  const unit = times.subjects.find(({ name }) => name === UNIT)?.ns;
  return unit?.kind === 'measured' ? unit.estimate : null;
}

export type HostResult = Pick<Result, 'conformance' | 'observed' | 'times' | 'realRestores'>;

/** Of the kernel below. */
export const hostSections = ({
  conformance,
  observed,
  times,
  realRestores,
}: HostResult): Section[] => [
  conformanceSection(conformance),
  observedSection(observed),
  timesSection(times, realRestores),
  realRestoreSection(realRestores),
];
