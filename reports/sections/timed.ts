// SPDX-License-Identifier: MIT
/** Times in the lane of the model. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Timed, TimedRow } from '../result.ts';

export function timedSection({ calls: timed, restarts }: Timed): Section {
  const calls = [...new Set(timed.map((row) => row.call))];
  return {
    title: "T8  SPEED OF THIS SUITE'S MODEL, NEVER OF A KERNEL",
    lane: 'model, timed',
    blocks: [
      ...calls.flatMap((call) =>
        timedBlocks(
          timed.filter((row) => row.call === call),
          call,
        ),
      ),
      ...restartBlocks(restarts),
      prose(
        'Times of JavaScript on this machine. They say how long Sideband itself takes; on a ' +
          'shared machine, noise is of the order of the differences. samples: so many, of so many ' +
          'calls each.',
      ),
    ],
  };
}

function timedBlocks(rows: readonly TimedRow[], call: string): Block[] {
  return [
    prose(`${call}:`),
    table(
      [left('by'), left('facility'), right('ns, median'), right('3rd quartile'), right('samples')],
      rows.map((row) => [
        row.by,
        row.mode === 'plain' ? '-' : row.mode,
        row.nsMedian.toFixed(0),
        row.nsP75.toFixed(0),
        `${row.samples} x ${row.callsPerSample}`,
      ]),
    ),
  ];
}

function restartBlocks(restarts: Timed['restarts']): Block[] {
  if (restarts.length === 0) return [];
  const sizes = [...new Set(restarts.map(({ tasks }) => tasks))];
  const ways = [...new Set(restarts.map(({ by }) => by))];
  const seconds = (by: string, size: number) =>
    restarts.find((row) => row.by === by && row.tasks === size)?.seconds.toFixed(3) ?? '-';
  return [
    prose('Restart of a generated capture (T7), verified, in seconds:'),
    table(
      [left('by'), ...sizes.map((size) => right(`${size} tasks`))],
      ways.map((by) => [by, ...sizes.map((size) => seconds(by, size))]),
    ),
  ];
}
