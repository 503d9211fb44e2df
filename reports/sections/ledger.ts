// SPDX-License-Identifier: MIT
/** The exact kernel work of calls. */
import { LEDGER_ENTRIES, PHASES, type Phase } from '../../core/kernel/ledger.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { LedgerEntry } from '../result.ts';

type Entry = (typeof LEDGER_ENTRIES)[number];

const ENTRY_HEADS: Readonly<Record<Entry, string>> = {
  entries: 'entries',
  copied: 'copied',
  components: 'path',
  fdOps: 'fds',
  parsed: 'text',
  allocations: 'alloc',
  locks: 'locks',
  fieldOps: 'field',
};

/** For sentences. */
export const ENTRY_NAMES: Readonly<Record<Entry, string>> = {
  entries: 'kernel entries',
  copied: 'bytes copied',
  components: 'path components',
  fdOps: 'descriptor table operations',
  parsed: 'bytes of text parsed',
  allocations: 'objects allocated',
  locks: 'lock regions',
  fieldOps: 'loads and stores of task fields',
};

/** For cells that hold several. */
export const ENTRY_LETTERS: Readonly<Record<Entry, string>> = {
  entries: 'e',
  copied: 'c',
  components: 'p',
  fdOps: 'd',
  parsed: 't',
  allocations: 'a',
  locks: 'l',
  fieldOps: 'f',
};

const PHASE_HEADS: Readonly<Record<Phase, string>> = {
  entry: 'entry',
  walk: 'walk',
  parse: 'parse',
  allocation: 'alloc',
  call: 'call',
};

/**
 * T1: the exact work of directed calls beside the plain one; T2: what plain calls pay.
 *
 * @param withSums also print what the phases add up to, in a table of its own
 */
export function ledgerSections(ledger: readonly LedgerEntry[], withSums = false): Section[] {
  return [
    {
      title: 'T1  KERNEL WORK OF ONE DIRECTED CALL',
      lane: 'model, exact',
      blocks: [
        ...alike(ledger.filter(({ mode }) => mode !== 'unused')).flatMap((group) =>
          directedTables(group, withSums),
        ),
        prose(
          'e: kernel entries. c: bytes copied from and to user memory. p: path components walked. d: ' +
            'descriptor table operations (fds). t: bytes of text parsed. a: objects allocated. l: ' +
            'lock regions. f: loads and stores of task fields that the design adds.',
        ),
        prose(
          'By phase. entry: into the kernel and out. walk: finding a file by path or descriptor, ' +
            'opening and closing it. parse: copying the extra argument in and making sense of it. ' +
            'alloc: the new object and its number. call: the rest.',
        ),
        prose(
          "Counts of the model's work, never of a kernel: the structure of a cost, not its size. " +
            'What is asked for is 32 numbers beyond the last, which matters to create-and-delete. ' +
            '(kept), (openat): by a descriptor of the file, or of its directory, opened before, as T6 counts.',
        ),
      ],
    },
    {
      title: 'T2  WHAT A PLAIN CALL PAYS, FACILITY PRESENT AND UNUSED',
      lane: 'model, exact',
      blocks: [
        hotPath(ledger),
        prose(
          'What a call that asks for nothing does more of than on plain Linux, in the words of T1: ' +
            'field is a load or store of a task field. Relatives that stock kernels have are part of ' +
            'plain Linux.',
        ),
      ],
    },
  ];
}

interface Alike {
  readonly calls: string[];
  readonly rows: readonly LedgerEntry[];
}

/** Calls that cost the same everywhere share a table. */
function alike(ledger: readonly LedgerEntry[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const call of new Set(ledger.map((row) => row.call))) {
    const rows = ledger.filter((row) => row.call === call);
    const key = JSON.stringify(rows.map(({ by, phases }) => [by, phases]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { calls: [call], rows });
    else group.calls.push(call);
  }
  return [...groups.values()];
}

function directedTables({ calls, rows }: Alike, withSums: boolean): Block[] {
  const byPhase = table(
    [left('by phase'), ...PHASES.map((phase) => left(PHASE_HEADS[phase]))],
    rows.map(({ by, phases }) => [by, ...PHASES.map((phase) => inLetters(phases[phase]))]),
  );
  const head = prose(`${calls.join(', ')}:`);
  if (!withSums) return [head, byPhase];
  return [
    head,
    table(
      [left(''), ...LEDGER_ENTRIES.map((entry) => right(ENTRY_HEADS[entry]))],
      rows.map(({ by, ledger }) => [by, ...LEDGER_ENTRIES.map((entry) => String(ledger[entry]))]),
    ),
    byPhase,
  ];
}

function inLetters(work: LedgerEntry['phases'][Phase]): string {
  const done = LEDGER_ENTRIES.filter((entry) => (work[entry] ?? 0) !== 0);
  return done.map((entry) => `${work[entry]}${ENTRY_LETTERS[entry]}`).join(' ') || '-';
}

/** A row for each facility, those that cost the same together. */
function hotPath(ledger: readonly LedgerEntry[]): Block {
  const calls = [...new Set(ledger.map(({ call }) => call))];
  const facilities = [
    ...new Set(ledger.filter((row) => row.mode === 'unused').map(({ by }) => by)),
  ];
  const work = (call: string, by: string, mode: LedgerEntry['mode']) =>
    ledger.find((row) => row.call === call && row.by === by && row.mode === mode)?.ledger;
  const more = (call: string, by: string): string => {
    const plain = work(call, 'plain Linux', 'plain');
    const unused = work(call, by, 'unused');
    if (plain === undefined || unused === undefined) return '?';
    const entries = LEDGER_ENTRIES.filter((entry) => unused[entry] !== plain[entry]);
    return (
      entries.map((entry) => `${unused[entry] - plain[entry]} ${ENTRY_HEADS[entry]}`).join(', ') ||
      '0'
    );
  };
  const columns = new Map<string, string[]>();
  for (const call of calls) {
    const column = JSON.stringify(facilities.map((by) => more(call, by)));
    columns.set(column, [...(columns.get(column) ?? []), call]);
  }
  const groups = [...columns.values()].sort((a, b) => a.length - b.length);
  const others = groups.length - 1;
  const heads = groups.map((group, at) => (at === others ? 'others of T1' : group.join(', ')));
  return table(
    [
      left('more than plain Linux'),
      ...heads.map((head) => left(groups.length > 1 ? head : 'all of T1')),
    ],
    facilities.map((by) => [by, ...groups.map(([call = '']) => more(call, by))]),
  );
}
