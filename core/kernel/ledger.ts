// SPDX-License-Identifier: MIT
/**
 * The ledger counts kernel work exactly, as the model does it. It is the structure behind the costs
 * that real kernels show, and never a time.
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

/** What was done between two readings. */
export function ledgerSince(now: LedgerRow, before: LedgerRow): LedgerRow {
  const since = emptyLedger();
  for (const entry of LEDGER_ENTRIES) since[entry] = now[entry] - before[entry];
  return since;
}
