// SPDX-License-Identifier: MIT
/** The one table of times in the lane of the model. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { TimedRow } from '../result.ts';

export function timedSection(timed: readonly TimedRow[]): Section {
  const calls = [...new Set(timed.map((row) => row.call))];
  return {
    title: "T5  SPEED OF THIS SUITE'S MODEL, NEVER OF A KERNEL",
    lane: 'model, timed',
    blocks: [
      ...calls.flatMap((call) =>
        timedBlocks(
          timed.filter((row) => row.call === call),
          call,
        ),
      ),
      prose(
        'Nanoseconds of JavaScript on this machine. They say how long Sideband itself takes; on a ' +
          'shared machine, noise is of the order of the differences.',
      ),
    ],
  };
}

function timedBlocks(rows: readonly TimedRow[], call: string): Block[] {
  return [
    prose(`${call}:`),
    table(
      [left(''), left('facility'), right('ns, median'), right('3rd quartile'), right('samples')],
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
