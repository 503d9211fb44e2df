// SPDX-License-Identifier: MIT
/** The explorer, timed, each figure beside its peer. */
import { median } from 'simple-statistics';
import type {
  EnumerationRow,
  ExplorerRows,
  ReductionRow,
  SchedulesRow,
  Timing,
  TracesRow,
} from '../../bench/explorer/rows.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';

export function explorerSection(rows: ExplorerRows): Section {
  return {
    title: 'EXPLORER  SPEED, AND WHAT IT IS SPARED, BESIDE ITS PEERS',
    lane: 'model, timed',
    blocks: [
      ...enumerationBlocks(rows.enumeration),
      ...tracesBlocks(rows.traces),
      ...reductionBlocks(rows.reduction),
      ...spinBlocks(rows.spin),
      ...schedulesBlocks(rows.schedules),
      prose(
        'Counts are exact. Times are of this machine, wall clock. Anew: threads are made and their ' +
          'steps found, as in a run of sideband race; again: by a machine that knows the steps. All ' +
          'else is anew. Of so many a second, the median of the samples and, slower, the third ' +
          'quartile of the times (p75); on a shared machine, noise is of the order of the ' +
          'differences.',
      ),
    ],
  };
}

/** So many of something in a run, as so many a second. */
const rates = (count: number, { median: half, p75 }: Timing, unit: number, digits: number) =>
  [half, p75].map((seconds) => (count / seconds / unit).toFixed(digits));

const RATES = [right('anew'), right('p75'), right('again'), right('p75')];

function enumerationBlocks(rows: readonly EnumerationRow[]): Block[] {
  return [
    prose(
      'Every interleaving, one after the other: depth first, each step undone, nothing ' +
        'remembered. Millions a second:',
    ),
    table(
      [left('of'), right('steps'), right('number'), ...RATES],
      rows.map(({ of, steps, interleavings, anew, again }) => [
        of,
        String(steps),
        String(interleavings),
        ...[anew, again].flatMap((timing) => rates(interleavings, timing, 1e6, 2)),
      ]),
      0,
    ),
  ];
}

function tracesBlocks(rows: readonly TracesRow[]): Block[] {
  const certified = rows.flatMap(({ of, certified: count }) =>
    count === null ? [] : [`${of} (${count})`],
  );
  const givenUp = rows.flatMap(({ of, traces, blocked }) =>
    blocked === 0 ? [] : [`${blocked} of ${traces + blocked} in ${of}`],
  );
  return [
    prose(
      'One interleaving of each Mazurkiewicz trace, by source-DPOR with sleep sets. Thousands of ' +
        'traces a second:',
    ),
    table(
      [left('of'), right('steps'), right('traces'), ...RATES],
      rows.map(({ of, steps, traces, anew, again }) => [
        of,
        String(steps),
        String(traces),
        ...[anew, again].flatMap((timing) => rates(traces, timing, 1e3, 1)),
      ]),
      0,
    ),
    prose(
      `Given up, as parts of other traces: ${givenUp.join('; ') || 'no prefixes'}.` +
        (certified.length === 0
          ? ''
          : ' That no trace is missed and none completed twice is certified, by as many linear ' +
            `extensions of all as paths through the state graph, of ${certified.join('; ')}.`),
    ),
  ];
}

function reductionBlocks(rows: readonly ReductionRow[]): Block[] {
  return [
    prose(
      'threads-ask-at-once with more threads: what enumeration, the state graph and DPOR each ' +
        'have to go through. Factor: interleavings to a trace.',
    ),
    table(
      [
        ...[left('by'), right('threads'), right('steps'), right('interleavings')],
        ...[right('states'), right('traces'), right('factor')],
      ],
      rows.map(({ by, threads, steps, interleavings, states, traces }) => [
        by,
        String(threads),
        String(steps),
        short(BigInt(interleavings)),
        String(states),
        String(traces),
        short(BigInt(interleavings) / BigInt(traces)),
      ]),
    ),
  ];
}

/** As many digits as a column has room for. */
const short = (count: bigint): string =>
  count < 10n ** 9n ? String(count) : Number(count).toExponential(2).replace('+', '');

function spinBlocks(spin: ExplorerRows['spin']): Block[] {
  if (spin.kind === 'not run') return [prose(`Beside Spin: not run: ${spin.reason}.`)];
  return [
    prose(
      'The state graph by this explorer and by Spin, from a program that is made of the same ' +
        'steps: equal states and transitions, or nothing would be here. Ours also counts ' +
        'interleavings, in exact integers, and judges each end; Spin runs without partial-order ' +
        'reduction, as a process of its own. In seconds; then thousands of states a second.',
    ),
    ...spin.rows.flatMap(({ of, states, transitions, ours, build, search }) => [
      prose(`${of}, ${states} states, ${transitions} transitions:`),
      table(
        [left('by'), right('median'), right('p75'), right('k/s')],
        [
          ['ours', ...seconds(ours), ...rates(states, ours, 1e3, 0).slice(0, 1)],
          ['spin -a, and the C compiler at -O2', ...seconds(build), '-'],
          [
            'pan, which they make',
            ...seconds(search),
            ...rates(states, search, 1e3, 0).slice(0, 1),
          ],
        ],
      ),
    ]),
  ];
}

const seconds = ({ median: half, p75 }: Timing): string[] => [half.toFixed(3), p75.toFixed(3)];

function schedulesBlocks(rows: readonly SchedulesRow[]): Block[] {
  const [first] = rows;
  if (first === undefined) return [];
  const seeds = first.firstFailing.map(({ seed }) => seed);
  return [
    prose(
      "Random schedules, by samplers and by fast-check's asynchronous scheduler, which comes in " +
        'at the same points of the same threads. Thousands a second; then which schedule is the ' +
        'first to fail, median and last over the seeds, and what it is on average by the exact ' +
        'chance, where that is known:',
    ),
    ...[...new Set(rows.map(({ of }) => of))].flatMap((of) => [
      prose(`${of}:`),
      table(
        [
          ...[left('by'), right('median'), right('p75'), right('first fails')],
          ...[right('at the latest'), right('on average')],
        ],
        rows
          .filter((row) => row.of === of)
          .map(({ by, schedules, timing, chance, firstFailing }) => [
            by,
            ...rates(schedules, timing, 1e3, 1),
            ...found(firstFailing),
            chance === null || chance === 0 ? '-' : (1 / chance).toFixed(1),
          ]),
      ),
    ]),
    prose(`Seeds: ${seeds.length}, from ${seeds[0]} to ${seeds.at(-1)} in equal steps.`),
  ];
}

/** Median and maximum; a seed by which nothing failed is later than all. */
function found(firstFailing: SchedulesRow['firstFailing']): [string, string] {
  const at = firstFailing.map(({ schedule }) => schedule ?? Number.POSITIVE_INFINITY);
  const said = (schedule: number) => (Number.isFinite(schedule) ? String(schedule) : 'never');
  return [said(median(at)), said(Math.max(...at))];
}
