// SPDX-License-Identifier: MIT
/** H1: what real threads came to, beside what the explorer allows. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { ObservedResult, ObservedRun } from '../schema/observed.ts';
import { plural } from '../words.ts';

type Row = ObservedRun['rows'][number];

export function observedSection(
  observed: ObservedResult,
  at: { readonly table: string; readonly lane: 'host' | 'guest' } = { table: 'H1', lane: 'host' },
): Section {
  return {
    title: `${at.table}  OBSERVED WITHIN ALLOWED`,
    lane: at.lane,
    blocks:
      observed.kind === 'not run'
        ? [prose(`Not run: ${observed.reason}.`)]
        : [...summary(observed), rowsTable(observed), legend(observed), ...leftOut(observed)],
  };
}

const runsOf = ({ byMode }: Row): number => byMode.reduce((sum, { runs }) => sum + runs, 0);
const failingOf = ({ byMode }: Row): number =>
  byMode.reduce((sum, { failing }) => sum + failing, 0);

function summary({ rows, seed, cpus }: ObservedRun): Block[] {
  const runs = rows.reduce((sum, row) => sum + runsOf(row), 0);
  const outside = rows.reduce((sum, row) => sum + row.outside, 0);
  const allowed = rows.reduce((sum, row) => sum + row.allowed, 0);
  const seen = rows.reduce((sum, row) => sum + row.seen, 0);
  const canFail = rows.filter(({ failing }) => failing !== '0');
  const failed = canFail.filter((row) => failingOf(row) > 0);
  const unseen = canFail.filter((row) => failingOf(row) === 0);
  const first = rows.find(({ firstOutside }) => firstOutside !== null);
  return [
    prose(
      `Scenarios of several threads, run freely by real ones ${runs} times (seed ${seed}) on this ` +
        `kernel: ${outside === 0 ? 'no run' : plural(outside, 'run')} ended as the explorer does ` +
        `not allow, and ${seen} of the ${allowed} ways to end that it allows were seen. Where the ` +
        `model can fail, threads failed here too: in ${failed.length} of ${canFail.length} rows.` +
        (unseen.length === 0
          ? ''
          : ` Not seen failing in so many runs: ${unseen.map(({ scenario, strategy }) => `${scenario} by ${strategy}`).join(', ')}.`),
    ),
    ...(cpus > 1
      ? []
      : [prose('There is one CPU here, so no two threads were ever on two at the same time.')]),
    ...(first === undefined
      ? []
      : [
          prose(`OUTSIDE, first of ${first.scenario} by ${first.strategy}:`),
          ...(first.firstOutside ?? []).map((line) => prose(line)),
        ]),
  ];
}

function rowsTable({ rows }: ObservedRun): Block {
  return table(
    [
      left('scenario'),
      left('by'),
      right('runs'),
      right('seen'),
      right('outside'),
      right('failing'),
      right('model'),
    ],
    rows.map((row, at) => [
      rows[at - 1]?.scenario === row.scenario ? '' : row.scenario,
      row.strategy,
      String(runsOf(row)),
      `${row.seen}/${row.allowed}`,
      String(row.outside),
      percent(failingOf(row), runsOf(row)),
      percent(Number(row.failing), Number(row.interleavings)),
    ]),
    0,
  );
}

function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  if (part === 0) return '0';
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function legend({ rows, cpus }: ObservedRun): Block {
  const modes = rows[0]?.byMode.map(({ mode }) => mode) ?? [];
  const named = { apart: 'a CPU each', together: 'all on one CPU', free: 'not pinned' };
  return prose(
    'seen: ways to end, by all that the calls of each thread returned, of those that the explorer ' +
      'allows. failing: runs that the rule of the scenario rejects; model: the share of ' +
      'interleavings that it rejects, which is a number of orders and no probability. Each run has ' +
      'fresh namespaces and tasks, whose processes share their memory; threads start together and ' +
      'are held up at random, ' +
      `${modes.map((mode) => named[mode]).join(', ')}, in equal parts${cpus > 1 ? ` (${cpus} CPUs)` : ''}.`,
  );
}

/** By reason. */
function leftOut({ leftOut: rows }: ObservedRun): Block[] {
  const reasons = [...new Set(rows.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const scenarios = rows.filter((row) => row.reason === reason).map(({ scenario }) => scenario);
    return prose(`Not run, as ${reason}: ${[...new Set(scenarios)].join(', ')}.`);
  });
}
