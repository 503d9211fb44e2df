// SPDX-License-Identifier: MIT
/** Restarts of captures, and what an id alone does not bring back. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Result } from '../result.ts';
import { plural } from '../words.ts';

type Row = Result['restarts'][number]['rows'][number];

/** T3 and T4: restarts of captures, and the last pid of a dead process. */
export function restartSections({
  restarts,
  deadPids,
  idsOnly,
}: Pick<Result, 'restarts' | 'deadPids' | 'idsOnly'>): Section[] {
  const sections: Section[] = [
    {
      title: 'T3  RESTART OF CAPTURES, VERIFIED FIELD BY FIELD',
      lane: 'model, exact',
      blocks: [...restarts.flatMap(restartBlocks), ...legend(restarts), ...idsOnlyBlocks(idsOnly)],
    },
  ];
  if (deadPids.length > 0) {
    sections.push({
      title: 'T4  LAST PID OF A PROCESS THAT IS DEAD, RESTORED',
      lane: 'model, exact',
      blocks: [
        table(
          [left('design'), left('wanted'), left('IPC_STAT then shows')],
          deadPids.map(({ strategy, wanted, shown }) => [strategy, String(wanted), shown]),
        ),
        prose(
          'A task of a nested pid namespace restores a queue last sent to by a process that is dead. ' +
            'Linux keeps a struct pid there and not a number, so that what directs this state has to ' +
            'make one, as the model does; outer namespaces then see none.',
        ),
      ],
    });
  }
  return sections;
}

/** Captures that differ at the same field by the same designs share a sentence. */
function idsOnlyBlocks(rows: Result['idsOnly']): Block[] {
  const said = new Map<string, string[]>();
  for (const capture of new Set(rows.map((row) => row.capture))) {
    const of = rows.filter((row) => row.capture === capture);
    for (const differs of new Set(of.map((row) => row.differs))) {
      const by = of.filter((row) => row.differs === differs).map(({ strategy }) => strategy);
      const what = differs === null ? 'nothing differs' : `${differs} differs`;
      const key = `${what} (${by.join(', ')})`;
      said.set(key, [...(said.get(key) ?? []), capture]);
    }
  }
  return [...said].map(([what, captures]) =>
    prose(`With ids alone, state left to the kernel, in ${captures.join(', ')} ${what}.`),
  );
}

function restartBlocks(restart: Result['restarts'][number]): Block[] {
  const { capture, source, tasks, threads, objects, seed, rows } = restart;
  const schedule = seed === null ? '' : ` Schedule drawn from seed ${seed}.`;
  const workers = [...new Set(rows.map((row) => row.workers))].sort((a, b) => a - b);
  const [fewest, ...others] = workers;
  const first = rows.filter((row) => row.workers === fewest);
  return [
    prose(
      `${capture} (${source}): ${tasks} tasks, ${plural(threads, 'thread')} beside the leaders, ` +
        `${plural(objects, 'IPC object')}.${schedule}`,
    ),
    ...(fewest === 1 || fewest === undefined ? [] : [prose(`${fewest} workers:`)]),
    restartTable(first),
    ...(others.length === 0 ? [] : [moreWorkers(first, others, rows)]),
  ];
}

const nameOf = ({ strategy, variant }: Row): string =>
  variant === null ? strategy : `${strategy} (${variant})`;

/** The same restarts by more workers: whatever is not said is as by the fewest. */
function moreWorkers(
  first: readonly Row[],
  counts: readonly number[],
  rows: readonly Row[],
): Block {
  const cell = (one: Row, workers: number): string => {
    const row = rows.find((other) => nameOf(other) === nameOf(one) && other.workers === workers);
    if (row === undefined) return '-';
    const isAlike = JSON.stringify(row.end) === JSON.stringify(one.end);
    const work = `${row.ledger.entries}/${row.ledger.copied}`;
    return isAlike ? work : `${ending(row.end)}, ${work}`;
  };
  return table(
    [left('entries/copied by'), ...counts.map((count) => right(`${count} workers`))],
    first.map((row) => [nameOf(row), ...counts.map((count) => cell(row, count))]),
  );
}

const restartTable = (rows: readonly Row[]): Block =>
  table(
    [
      left('design'),
      left('fields'),
      right('directed'),
      right('entries'),
      right('copied'),
      right('path'),
      right('text'),
    ],
    rows.map((row) => [
      nameOf(row),
      ending(row.end),
      String(row.directed),
      String(row.ledger.entries),
      String(row.ledger.copied),
      String(row.ledger.components),
      String(row.ledger.parsed),
    ]),
    1,
  );

/** What the columns are; of workers only where there are several. */
function legend(restarts: Result['restarts']): Block[] {
  if (restarts.length === 0) return [];
  const hasWorkers = restarts.some(({ rows }) => rows.some(({ workers }) => workers > 1));
  return [
    prose(
      'fields: of the capture, each compared with what the restart left. directed: directed calls. ' +
        'entries: kernel entries of all calls. copied: bytes copied. path: components walked. text: ' +
        'bytes parsed.',
    ),
    ...(hasWorkers
      ? [
          prose(
            'workers: threads of each task that fork its children at once, and restore the IPC objects ' +
              'of its namespace. First by the fewest, which is one if nothing is said, then by more, ' +
              'who end alike unless it is said.',
          ),
        ]
      : []),
  ];
}

function ending(end: Row['end']): string {
  switch (end.kind) {
    case 'restored':
      return `${end.fields} equal`;
    case 'different':
      return `DIFFERS: ${end.difference.place} is ${end.difference.restored}, was ${end.difference.captured}`;
    case 'refused':
      return `REFUSED: ${end.call}, to ${end.purpose}, gave ${end.result}`;
    case 'stuck':
      return `STUCK: waits for ${end.waiting}`;
  }
}
