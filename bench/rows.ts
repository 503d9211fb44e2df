// SPDX-License-Identifier: MIT
/** What the benchmarks measure, row by row. Each kind of row is of one lane. */
import type { LedgerRow } from '../core/kernel/ledger.ts';

/** Lane model, exact: the kernel work of one call, as the model counts it. */
export interface LedgerEntry {
  readonly call: string;
  /** A strategy's name, "plain", or "procfs (kept)". */
  readonly by: string;
  readonly ledger: LedgerRow;
}

/** Lane model, timed: the speed of this suite's model on this machine. Never of a kernel. */
export interface TimedRow {
  readonly name: string;
  readonly nsMedian: number;
  readonly nsP75: number;
  readonly samples: number;
  readonly callsPerIteration: number;
}

/** Lane model: what a design does with the last-operation pid of a process that is dead. */
export interface DeadPidRow {
  readonly strategy: string;
  readonly wanted: number;
  /** What IPC_STAT then shows, or the refusal. */
  readonly shown: string;
}
