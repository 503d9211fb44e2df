// SPDX-License-Identifier: MIT
/** Restarts of captures, and what an id alone does not bring back. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Result } from '../result.ts';

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

/** Designs that differ at the same field share a sentence. */
function idsOnlyBlocks(rows: Result['idsOnly']): Block[] {
  const said = new Map<string, string[]>();
  for (const { strategy, capture, differs } of rows) {
    const what = `${capture} ${differs === null ? 'does not differ' : `differs at ${differs}`}`;
    said.set(what, [...(said.get(what) ?? []), strategy]);
  }
  return [...said].map(([what, strategies]) =>
    prose(`With ids alone, state left to the kernel, ${what} (${strategies.join(', ')}).`),
  );
}

function restartBlocks(restart: Result['restarts'][number]): Block[] {
  const { capture, source, tasks, threads, objects, seed, rows } = restart;
  const schedule = seed === null ? '' : ` Schedule drawn from seed ${seed}.`;
  const workers = [...new Set(rows.map((row) => row.workers))].sort((a, b) => a - b);
  const isPlain = workers.length === 1 && workers[0] === 1;
  return [
    prose(
      `${capture} (${source}): ${tasks} tasks, ${threads} thread${threads === 1 ? '' : 's'} beside the leaders, ${objects} IPC objects.${schedule}`,
    ),
    ...workers.flatMap((count) => [
      ...(isPlain ? [] : [prose(`${count} worker${count === 1 ? '' : 's'}:`)]),
      restartTable(rows.filter((row) => row.workers === count)),
    ]),
  ];
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
    rows.map(({ strategy, variant, end, directed, ledger }) => [
      variant === null ? strategy : `${strategy} (${variant})`,
      ending(end),
      String(directed),
      String(ledger.entries),
      String(ledger.copied),
      String(ledger.components),
      String(ledger.parsed),
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
        `bytes parsed.${hasWorkers ? ' workers: threads that restore the IPC objects at once.' : ''}`,
    ),
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
