// SPDX-License-Identifier: MIT
/** The exact kernel work where there is more of something: threads, calls, tasks. */
import { LEDGER_ENTRIES, type LedgerRow } from '../../core/kernel/ledger.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Measured } from '../result.ts';
import { plural } from '../words.ts';
import { ENTRY_LETTERS, ENTRY_NAMES } from './ledger.ts';

type Growth = Pick<Measured, 'threads' | 'calls' | 'breakEvens' | 'restartSizes'>;

/** T5 to T7. */
export function growthSections({ threads, calls, breakEvens, restartSizes }: Growth): Section[] {
  const sections: (Section & { readonly rows: number })[] = [
    {
      rows: threads.length,
      title: 'T5  THREADS OF A PROCESS THAT DIRECT CALLS AT ONCE',
      lane: 'model, exact',
      blocks: threadsBlocks(threads),
    },
    {
      rows: calls.length,
      title: 'T6  A DIRECTED CALL AMONG MANY OF ONE THREAD',
      lane: 'model, exact',
      blocks: callsBlocks(calls, breakEvens),
    },
    {
      rows: restartSizes.length,
      title: 'T7  RESTART OF GENERATED CAPTURES, BY SIZE',
      lane: 'model, exact',
      blocks: sizesBlocks(restartSizes),
    },
  ];
  return sections.filter(({ rows }) => rows > 0);
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Two decimals where they say something. */
const each = (sum: number, of: number): string => String(Math.round((100 * sum) / of) / 100);

const entriesAndBytes = ({ entries, copied }: LedgerRow, of: number): string =>
  `${each(entries, of)}/${each(copied, of)}`;

function threadsBlocks(rows: Growth['threads']): Block[] {
  const [first] = rows;
  const eachMakes = first === undefined ? 0 : first.calls / first.threads;
  const counts = distinct(rows.map(({ threads }) => threads));
  const [fewest] = counts;
  const cell = (by: string, threads: number): string => {
    const row = rows.find((one) => one.by === by && one.threads === threads);
    const alone = rows.find((one) => one.by === by && one.threads === fewest);
    if (row === undefined || alone === undefined) return '-';
    if (row.right < row.calls) return `${row.right} of ${row.calls} right`;
    const work =
      row === alone
        ? `${each(row.ledger.entries, row.calls)}e ${each(row.ledger.locks, row.calls)}l`
        : more(row, alone);
    return row.waits === 0 ? work : `${work}, ${each(row.waits, row.calls)}w`;
  };
  return [
    table(
      [left('threads'), ...counts.map((threads) => left(String(threads)))],
      distinct(rows.map(({ by }) => by)).map((by) => [
        by,
        ...counts.map((threads) => cell(by, threads)),
      ]),
    ),
    prose(
      `Each thread makes ${eachMakes} calls, in one schedule drawn from the seed. First column: kernel ` +
        'entries (e) and lock regions (l) of a call. The others: what a call does beyond that, on ' +
        'average, in the letters of T1: +0.63a is 0.63 more objects allocated, +1.47d 1.47 more ' +
        'descriptor table operations; same: not one more of anything. 2.34w: so often, for each ' +
        'call, a thread found that it had to wait for another. Where some calls did not get what ' +
        'they asked for, how many did: such a cell measures no call.',
    ),
  ];
}

/** What a call costs beyond what it costs one thread. */
function more(row: Growth['threads'][number], alone: Growth['threads'][number]): string {
  const beyond = LEDGER_ENTRIES.flatMap((entry) => {
    const difference = row.ledger[entry] / row.calls - alone.ledger[entry] / alone.calls;
    if (difference === 0) return [];
    return [`${difference > 0 ? '+' : ''}${each(difference, 1)}${ENTRY_LETTERS[entry]}`];
  });
  return beyond.join(' ') || 'same';
}

/** What each call of a thread comes to, by how many it makes; and from how many on it pays to prepare. */
export function callsBlocks(rows: Growth['calls'], breakEvens: Growth['breakEvens']): Block[] {
  const counts = distinct(rows.map(({ calls }) => calls));
  return [
    table(
      [
        left('entries/bytes copied of each of'),
        ...counts.map((calls) => right(calls === 1 ? '1 call' : `${calls}`)),
      ],
      distinct(rows.map(({ by }) => by)).map((by) => [
        by,
        ...counts.map((calls) => {
          const row = rows.find((one) => one.by === by && one.calls === calls);
          return row === undefined ? '-' : entriesAndBytes(row.ledger, calls);
        }),
      ]),
    ),
    ...breakEvenBlocks(breakEvens),
  ];
}

function breakEvenBlocks(breakEvens: Growth['breakEvens']): Block[] {
  const [first] = breakEvens;
  if (first === undefined) return [];
  const reached = breakEvens.flatMap(({ entry, from }) =>
    from === null ? [] : [`${ENTRY_NAMES[entry]} (from ${plural(from, 'call')} on)`],
  );
  const never = breakEvens
    .filter(({ from }) => from === null)
    .map(({ entry }) => ENTRY_NAMES[entry]);
  return [
    prose(
      `Break-even: all calls of ${first.by} so far, with what it prepared for them, come to no more ` +
        `than as many of ${first.against} in ${reached.join(', ') || 'nothing'}` +
        `${never.length === 0 ? '' : `; to more, after ${first.within} calls, in ${never.join(', ')}`}.`,
    ),
  ];
}

function sizesBlocks(rows: Growth['restartSizes']): Block[] {
  const sizes = distinct(rows.map(({ tasks }) => tasks));
  return [
    table(
      [left('entries/bytes copied of a task'), ...sizes.map((size) => right(`${size} tasks`))],
      distinct(rows.map(({ by }) => by)).map((by) => [
        by,
        ...sizes.map((size) => {
          const row = rows.find((one) => one.by === by && one.tasks === size);
          return row === undefined ? '-' : entriesAndBytes(row.ledger, size);
        }),
      ]),
    ),
    prose(
      'All of a restart, plain calls included, divided by its tasks. The captures are generated ' +
        'from the seed, with nested pid namespaces and an IPC object to ten tasks; each restart was ' +
        'verified field by field.',
    ),
  ];
}
