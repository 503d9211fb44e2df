// SPDX-License-Identifier: MIT
/** The exact kernel work of calls. */
import { LEDGER_ENTRIES } from '../../core/kernel/ledger.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { LedgerEntry } from '../result.ts';

const ENTRY_HEADS: Readonly<Record<(typeof LEDGER_ENTRIES)[number], string>> = {
  entries: 'entries',
  copied: 'copied',
  components: 'path',
  fdOps: 'fds',
  parsed: 'text',
  allocations: 'alloc',
  locks: 'locks',
  fieldOps: 'field',
};

/** T1: the exact work of directed calls beside the plain one; T2: what plain calls pay. */
export function ledgerSections(ledger: readonly LedgerEntry[]): Section[] {
  const calls = [...new Set(ledger.map((row) => row.call))];
  return [
    {
      title: 'T1  KERNEL WORK OF ONE DIRECTED CALL',
      lane: 'model, exact',
      blocks: [
        ...directedTables(ledger, calls),
        prose(
          'entries: kernel entries. copied: bytes from and to user memory. path: components ' +
            'walked. fds: descriptor table operations. text: bytes parsed. alloc: objects. locks: ' +
            'lock regions. field: loads and stores of task fields that the design adds. Counts of ' +
            "the model's work: the structure of a cost, not its size.",
        ),
      ],
    },
    {
      title: 'T2  WHAT A PLAIN CALL PAYS, FACILITY PRESENT AND UNUSED',
      lane: 'model, exact',
      blocks: [hotPath(ledger, calls)],
    },
  ];
}

/** A table for each call; calls that cost the same everywhere share one. */
function directedTables(ledger: readonly LedgerEntry[], calls: readonly string[]): Block[] {
  const tables = new Map<string, { calls: string[]; rows: string[][] }>();
  for (const call of calls) {
    const rows = ledger
      .filter((row) => row.call === call && row.mode !== 'unused')
      .map((row) => [row.by, ...LEDGER_ENTRIES.map((entry) => String(row.ledger[entry]))]);
    const same = tables.get(JSON.stringify(rows));
    if (same === undefined) tables.set(JSON.stringify(rows), { calls: [call], rows });
    else same.calls.push(call);
  }
  return [...tables.values()].flatMap(({ calls: alike, rows }) => [
    prose(`${alike.join(', ')}:`),
    table([left(''), ...LEDGER_ENTRIES.map((entry) => right(ENTRY_HEADS[entry]))], rows),
  ]);
}

function hotPath(ledger: readonly LedgerEntry[], calls: readonly string[]): Block {
  const designs = [...new Set(ledger.filter((row) => row.mode === 'unused').map((row) => row.by))];
  const work = (call: string, by: string, mode: LedgerEntry['mode']) =>
    ledger.find((row) => row.call === call && row.by === by && row.mode === mode)?.ledger;
  return table(
    [left('more than plain Linux'), ...designs.map(left)],
    calls.map((call) => {
      const plain = work(call, 'plain Linux', 'plain');
      return [
        call,
        ...designs.map((by) => {
          const unused = work(call, by, 'unused');
          if (plain === undefined || unused === undefined) return '?';
          const more = LEDGER_ENTRIES.filter((entry) => unused[entry] !== plain[entry]);
          if (more.length === 0) return '0';
          return more
            .map((entry) => `${unused[entry] - plain[entry]} ${ENTRY_HEADS[entry]}`)
            .join(', ');
        }),
      ];
    }),
  );
}
