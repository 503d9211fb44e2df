// SPDX-License-Identifier: MIT
/**
 * What of a result is the same in every run, as rows of figures that have a name. Texts for people are
 * no figures: to word a question better is no regression.
 */

import { formatVerdict } from '../../core/explore/verdict.ts';
import type { LedgerRow } from '../../core/kernel/ledger.ts';
import { formatSize } from '../../properties/sizes/size.ts';
import type { Claim, Measured, RaceRow, RestartTable, Result } from '../result.ts';

export type Value = number | string;

/** Figures of a row, by name. */
export type Row = Readonly<Record<string, Value>>;

/** Rows by name. */
export type Figures = Readonly<Record<string, Row>>;

export type Exact = Measured & Pick<Result, 'claims'>;

const NONE = 'none';

const by = (name: string, variant: string | null): string =>
  variant === null ? name : `${name} (${variant})`;

/** Of the model alone: what a Result has of Linux is of other lanes. */
export function modelFigures(exact: Exact): Figures {
  return Object.fromEntries([
    ...exact.claims.map((claim) => [`claim ${claim.number}`, claimFigures(claim)]),
    ...exact.strategies.map(({ name, kind, form, syscalls, files, fields, directs }) => [
      `design ${name}`,
      {
        ...{ kind, form, 'system calls': list(syscalls), files: list(files) },
        ...{ 'task fields': list(fields), directs: directs === null ? 'all' : list(directs) },
      },
    ]),
    ...exact.races.map((row) => [`race ${row.scenario} by ${row.strategy}`, raceFigures(row)]),
    ...exact.mutants.map(({ mutant, of, killedBy }) => [
      `mutant ${mutant}`,
      { of, 'rejected by': list(killedBy) },
    ]),
    ...(exact.outside ?? []).flatMap(({ strategy, checks, leftOut }) => [
      ...checks.map(({ check, by: half, wrong }) => [
        `check of ${strategy} (${half}): ${check}`,
        { passes: wrong === null ? 'yes' : 'no' },
      ]),
      ...leftOut.map(({ defect, killedBy }) => [
        `mutant of ${strategy}: ${defect}`,
        { 'rejected by': list(killedBy) },
      ]),
    ]),
    ...exact.explorers.map(({ defect, ...counts }) => [`explorer, ${defect ?? 'sound'}`, counts]),
    ...exact.ledger.map(({ call, by, mode, ledger, phases }) => [
      `ledger of ${call} by ${by}, ${mode}`,
      { ...ledger, ...phasesOf(phases) },
    ]),
    ...exact.threads.map(({ call, by, threads, ledger, ...counts }) => [
      `${threads} threads that call ${call} by ${by}`,
      { ...counts, ...ledger },
    ]),
    ...exact.calls.map(({ call, by, calls, ledger }) => [
      `${calls} calls of ${call} by ${by}`,
      { ...ledger },
    ]),
    ...exact.breakEvens.map(({ by, against, entry, from, within }) => [
      `break-even of ${by} with ${against}, ${entry}`,
      { from: from ?? NONE, within },
    ]),
    ...exact.restarts.flatMap(restartFigures),
    ...exact.restartSizes.map(({ by, tasks, directed, ledger }) => [
      `restart of ${tasks} generated tasks by ${by}`,
      { directed, ...ledger },
    ]),
    ...exact.idsOnly.map(({ strategy, capture, differs }) => [
      `restart of ${capture} by ids of ${strategy} alone`,
      { differs: differs ?? NONE },
    ]),
    ...exact.deadPids.map(({ strategy, wanted, shown }) => [
      `last pid of one that is gone, by ${strategy}`,
      { wanted, shown },
    ]),
  ]);
}

const list = (names: readonly string[]): string => names.join(', ') || NONE;

const claimFigures = ({ verdict, form, lanes }: Claim): Row => ({
  verdict,
  form,
  lanes: list(lanes),
});

function raceFigures(row: RaceRow): Row {
  const { size, verdict, states, transitions, interleavings, failing, maxStates } = row;
  const { certificate, counterexample, deepest } = row;
  return {
    ...{ size: sizeOf(size), verdict: formatVerdict(verdict), states, transitions },
    ...{ interleavings: interleavings ?? NONE, failing: failing ?? NONE },
    ...certificateFigures(certificate, ''),
    ...(counterexample === null
      ? { counterexample: NONE }
      : {
          counterexample: counterexample.replay,
          preemptions: counterexample.preemptions,
          steps: counterexample.steps,
        }),
    ...(deepest === null
      ? { deepest: NONE }
      : {
          deepest: sizeOf(deepest),
          'deepest: states': deepest.states,
          'deepest: transitions': deepest.transitions,
          'deepest: ends': deepest.ends,
          'deepest: interleavings': deepest.interleavings,
          ...certificateFigures(deepest.certificate, 'deepest: '),
        }),
    'states allowed': maxStates,
  };
}

const sizeOf = ({ threads, calls }: { readonly threads: number; readonly calls: number }) =>
  formatSize({ threads, calls });

const certificateFigures = (certificate: RaceRow['certificate'], of: string): Row =>
  certificate === null
    ? {}
    : {
        [`${of}traces`]: certificate.traces,
        [`${of}prefixes given up`]: certificate.blocked,
        [`${of}ways to count`]: certificate.ways,
      };

function phasesOf(phases: Measured['ledger'][number]['phases']): Row {
  return Object.fromEntries(
    Object.entries(phases).flatMap(([phase, entries]) =>
      Object.entries(entries as Partial<LedgerRow>).map(([entry, count]) => [
        `${phase}: ${entry}`,
        count,
      ]),
    ),
  );
}

function restartFigures({ capture, tasks, threads, objects, rows }: RestartTable) {
  return [
    [`capture ${capture}`, { tasks, threads, objects }] as const,
    ...rows.map(({ strategy, variant, workers, end, directed, ledger }) => [
      `restart of ${capture} by ${by(strategy, variant)}, ${workers} at once`,
      { ...endFigures(end), directed, ...ledger },
    ]),
  ];
}

/** Fields that are as they were are a figure; of what went wrong, that it did. */
function endFigures(end: RestartTable['rows'][number]['end']): Row {
  switch (end.kind) {
    case 'restored':
      return { end: end.kind, fields: end.fields };
    case 'different':
      return { end: `${end.kind} at ${end.difference.place}` };
    case 'refused':
      return { end: `${end.kind}: ${end.call} gave ${end.result}` };
    case 'stuck':
      return { end: end.kind };
  }
}
