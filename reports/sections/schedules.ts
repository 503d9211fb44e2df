// SPDX-License-Identifier: MIT
/** The model's schedules, made on the kernel below as far as one can be imposed there. */
import { type Block, left, prose, right, table } from '../document.ts';
import type { Compared } from '../result.ts';

type Row = Compared['schedules'][number];

export function scheduleBlocks(rows: readonly Row[]): Block[] {
  if (rows.length === 0) return [];
  return [
    prose(
      'Orders of system calls that the model finds in a scenario, each made on this kernel, by ' +
        'what needs nothing new of it. A race that the model sees should happen here in the same ' +
        'orders; all other interleavings differ only inside of calls, where none can be imposed.',
    ),
    table(
      [
        left('scenario'),
        left('by'),
        right('replayed'),
        right('of interleav.'),
        right('differ'),
        right('failing'),
      ],
      rows.map(({ scenario, strategy, interleavings, replayed, isAll, mismatches, failing }) => [
        scenario,
        strategy,
        isAll ? String(replayed) : `${replayed} and more`,
        interleavings ?? '?',
        String(mismatches),
        String(failing),
      ]),
    ),
    ...rows.flatMap(({ firstMismatch }) => (firstMismatch ?? []).map(prose)),
    ...rows.map((row) => prose(inWords(row))),
  ];
}

function inWords({ strategy, interleavings, replayed, isAll, mismatches, failing }: Row): string {
  const share =
    interleavings === null
      ? ''
      : ` They are ${((100 * replayed) / Number(interleavings)).toPrecision(2)} % of the interleavings.`;
  return (
    `${strategy}: ${isAll ? `all ${replayed}` : `${replayed}, not all,`} replayed, ` +
    `${mismatches} ${mismatches === 1 ? 'mismatch' : 'mismatches'}; ${failing} fail here as on ` +
    `the model.${share}`
  );
}
