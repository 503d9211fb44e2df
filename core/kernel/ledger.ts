// SPDX-License-Identifier: MIT
/**
 * The ledger counts kernel work exactly, as the model does it. It is the structure behind the costs
 * that real kernels show, and never a time.
 *
 * By phase it says where on the road of a call the work was done, so that instruction counts of
 * kernels, which profilers give by function, can be laid beside it. Each entry is at home in one
 * phase; what is done in another is counted as that (`away`) beside being counted, so the phases add
 * up to the whole.
 */

export interface LedgerRow {
  /** Entries into the kernel: system calls made. */
  readonly entries: number;
  /** Bytes copied from and to user memory. */
  readonly copied: number;
  /** Components of paths that were walked. */
  readonly components: number;
  /** Operations on a file descriptor table: install, look up, close. */
  readonly fdOps: number;
  /** Bytes of text parsed. */
  readonly parsed: number;
  /** Kernel objects allocated. */
  readonly allocations: number;
  /** Lock regions entered. */
  readonly locks: number;
  /** Loads and stores of task fields that a design added, also where the facility is not used. */
  readonly fieldOps: number;
}

export type Ledger = { -readonly [Entry in keyof LedgerRow]: number };

/** Columns in print, in order. */
export const LEDGER_ENTRIES = [
  'entries',
  'copied',
  'components',
  'fdOps',
  'parsed',
  'allocations',
  'locks',
  'fieldOps',
] as const satisfies readonly (keyof LedgerRow)[];

export function emptyLedger(): Ledger {
  return {
    entries: 0,
    copied: 0,
    components: 0,
    fdOps: 0,
    parsed: 0,
    allocations: 0,
    locks: 0,
    fieldOps: 0,
  };
}

/**
 * entry: into the kernel and out of it. walk: finding a file by path or descriptor, and opening and
 * closing it. parse: copying the extra argument in, and making sense of it. allocation: the new
 * object and its number. call: the rest, which is what the plain call does, and a design's fields.
 */
export const PHASES = ['entry', 'walk', 'parse', 'allocation', 'call'] as const;
export type Phase = (typeof PHASES)[number];

const HOME: Readonly<Record<keyof LedgerRow, Phase>> = {
  entries: 'entry',
  copied: 'call',
  components: 'walk',
  fdOps: 'walk',
  parsed: 'parse',
  allocations: 'allocation',
  locks: 'call',
  fieldOps: 'call',
};

export type Phases = Readonly<Record<Phase, LedgerRow>>;
export type Away = Readonly<Record<Phase, Ledger>>;

export const eachPhase = <T>(of: (phase: Phase) => T): Readonly<Record<Phase, T>> => ({
  entry: of('entry'),
  walk: of('walk'),
  parse: of('parse'),
  allocation: of('allocation'),
  call: of('call'),
});

export const emptyPhases = (): Away => eachPhase(emptyLedger);

/** The whole, taken apart. */
export function byPhase(whole: LedgerRow, away: Phases): Phases {
  const phases = emptyPhases();
  for (const entry of LEDGER_ENTRIES) {
    let atHome = whole[entry];
    for (const phase of PHASES) {
      phases[phase][entry] += away[phase][entry];
      atHome -= away[phase][entry];
    }
    phases[HOME[entry]][entry] += atHome;
  }
  return phases;
}

/** What was done between two readings. */
export function ledgerSince(now: LedgerRow, before: LedgerRow): LedgerRow {
  const since = emptyLedger();
  for (const entry of LEDGER_ENTRIES) since[entry] = now[entry] - before[entry];
  return since;
}

export const phasesSince = (now: Phases, before: Phases): Phases =>
  eachPhase((phase) => ledgerSince(now[phase], before[phase]));

export function sumOf(rows: Iterable<LedgerRow>): LedgerRow {
  const sum = emptyLedger();
  for (const row of rows) for (const entry of LEDGER_ENTRIES) sum[entry] += row[entry];
  return sum;
}
