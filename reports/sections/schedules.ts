// SPDX-License-Identifier: MIT
/** The model's schedules, made on the kernel below as far as one can be imposed there. */
import { type Block, left, prose, right, table } from '../document.ts';
import type { Compared } from '../result.ts';

type Row = Compared['schedules'][number];

/** @param where and by what strategies they are made */
export function scheduleBlocks(
  rows: readonly Row[],
  where = 'this kernel by what needs nothing new of it',
): Block[] {
  if (rows.length === 0) return [];
  const cell = ({ scenario }: Row, at: number) =>
    rows[at - 1]?.scenario === scenario ? '' : scenario;
  return [
    prose(
      'Schedules: the orders of system calls that the model finds in a scenario, each made on ' +
        `${where}. Where the model sees a race, it should happen here ` +
        'in the same orders.',
    ),
    table(
      [left('scenario'), left('by'), right('orders'), right('differ'), right('failing')],
      rows.map((row, at) => [
        cell(row, at),
        row.strategy,
        row.isAll ? String(row.replayed) : `${row.replayed}+`,
        String(row.mismatches),
        String(row.failing),
      ]),
      0,
    ),
    ...rows.flatMap(({ firstMismatch }) => (firstMismatch ?? []).map(prose)),
    prose(inWords(rows)),
  ];
}

function inWords(rows: readonly Row[]): string {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [replayed, differ] = [sum((row) => row.replayed), sum((row) => row.mismatches)];
  const failing = sum((row) => row.failing);
  const counted = rows.filter(({ interleavings }) => interleavings !== null);
  const interleavings = counted.reduce((all, row) => all + Number(row.interleavings), 0);
  const orders = counted.reduce((all, row) => all + row.replayed, 0);
  return (
    `failing: orders that end badly here, as they do on the model${rows.every(({ isAll }) => isAll) ? '' : '; +: there are more'}. ` +
    `Of ${replayed} orders ${differ === 0 ? 'none differs' : `${differ} DIFFER`} and ${failing} fail. ` +
    (interleavings === 0
      ? ''
      : `The model has ${interleavings} interleavings of ${orders === replayed ? 'the same' : `${orders} of these`} ` +
        'runs. The others differ from these orders inside of calls, where none can be imposed on a ' +
        `kernel, so that one in ${Math.round(interleavings / orders)} was seen here.`)
  );
}
