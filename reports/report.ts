// SPDX-License-Identifier: MIT
/** The whole report, out of a result and nothing else. */
import { type Block, prose, type Report, type Section } from './document.ts';
import type { Measured, Result } from './result.ts';
import { claimSections } from './sections/claims.ts';
import { conformanceSection } from './sections/conformance.ts';
import { ledgerSections } from './sections/ledger.ts';
import { provenanceSection } from './sections/provenance.ts';
import { raceSections } from './sections/races.ts';
import { restartSections } from './sections/restarts.ts';
import { timedSection } from './sections/timed.ts';

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
  const designs = strategies.filter((strategy) => strategy.kind === 'design').length;
  return `Sideband ${provenance.version}  ${designs} ways to hand a system call one more argument`;
}

/** What is known before anything is timed; the same in every run. */
export function exactSections(measured: Measured & Pick<Result, 'claims'>): Section[] {
  const { claims, races, ledger } = measured;
  return [
    { title: 'IN SHORT', lane: 'model', blocks: [inShort(measured)] },
    ...claimSections(claims),
    ...raceSections(races),
    ...ledgerSections(ledger),
    ...restartSections(measured),
  ];
}

export function otherSections({
  conformance,
  timed,
  provenance,
}: Pick<Result, 'conformance' | 'timed' | 'provenance'>): Section[] {
  return [
    conformanceSection(conformance),
    timedSection(timed),
    notMeasured(conformance),
    provenanceSection(provenance),
  ];
}

function inShort(measured: Measured): Block {
  return {
    kind: 'points',
    points: [
      ['Races', races(measured)],
      ['Restart', restarts(measured)],
      ['Work', work(measured)],
      ['Verdict', verdict(measured)],
    ],
  };
}

function races({ races: rows }: Measured): string {
  const named = (wanted: (row: Measured['races'][number]) => boolean) =>
    rows.filter(wanted).map((row) => row.strategy);
  const said = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`${[...new Set(names)].join(', ')}: ${what}.`];
  const isDesign = (row: Measured['races'][number]) => row.kind === 'design';
  const failed = named((row) => isDesign(row) && row.counterexample !== null);
  const unknown = named(
    (row) => isDesign(row) && row.counterexample === null && row.verdict.kind === 'INCOMPLETE',
  );
  const safe = named(isDesign).filter((name) => !failed.includes(name) && !unknown.includes(name));
  const controls = named((row) => !isDesign(row) && row.counterexample !== null);
  return [
    ...said(safe, 'two threads that ask at once each get their own, in every interleaving'),
    ...said(failed, 'fails in some interleaving (S)'),
    ...said(unknown, 'INCOMPLETE'),
    ...said(controls, new Set(controls).size > 1 ? 'fail, as they must' : 'fails, as it must'),
  ].join(' ');
}

function restarts({ restarts: tables }: Measured): string {
  if (tables.length === 0) return 'no capture was restarted.';
  return tables
    .map(({ capture, tasks, objects, rows }) => {
      const restored = rows.filter((row) => row.end.kind === 'restored').length;
      const entries = rows.map((row) => row.ledger.entries);
      return (
        `${capture}, ${tasks} tasks and ${objects} IPC objects: ${restored} of ${rows.length} ways ` +
        `restored and verified it, in ${Math.min(...entries)} to ${Math.max(...entries)} kernel entries.`
      );
    })
    .join(' ');
}

function work({ ledger }: Measured): string {
  const rows = ledger.filter((row) => row.call === 'msgget' && row.mode !== 'unused');
  const each = rows.map(({ by, ledger: { entries, copied } }) => `${by} ${entries}/${copied}`);
  return `msgget, kernel entries/bytes copied: ${each.join(', ')}.`;
}

/** What decides at this point, and what is not known yet. */
function verdict({ races: rows, restarts: tables }: Measured): string {
  const designs = rows.filter((row) => row.kind === 'design');
  const isEqual =
    designs.every((row) => row.verdict.kind === 'EXHAUSTIVE' && row.failing === '0') &&
    tables.every((each) => each.rows.every((row) => row.end.kind === 'restored'));
  return (
    (isEqual
      ? 'none yet: on what is measured here the designs do the same and differ in work. '
      : 'none yet: a design failed, see the tables. ') +
    'Signals, exec, lost privilege and bystanders are not explored, and no kernel is timed. How far ' +
    'the model agrees with Linux is under C.'
  );
}

function notMeasured(conformance: Result['conformance']): Section {
  const checked =
    conformance.kind === 'run' && conformance.mismatch === null
      ? `agreed with the kernel below in ${conformance.calls} calls (C)`
      : 'were not confirmed by the kernel below (C)';
  return {
    title: 'NOT MEASURED, AND WHY',
    lane: null,
    blocks: [
      prose(
        'host: no time. Of the relatives in stock kernels (clone3 with set_tid, ns_last_pid, ' +
          '*_next_id, timers of a given id) only the behaviour is compared.',
      ),
      prose(
        'guest: no figure. The designs are not yet patches, so there are no instructions, sizes ' +
          'or lines of patch to count.',
      ),
      prose(
        `model: its rules follow the Linux sources that each file names, and ${checked}, as far as ` +
          'generated scripts reach; what the designs add to a kernel no stock kernel can confirm. ' +
          'Verdicts are of one scenario of two threads; caches, TLB and time are not in it.',
      ),
    ],
  };
}
