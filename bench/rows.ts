// SPDX-License-Identifier: MIT
/** What the benchmarks measure, row by row. Each kind of row is of one lane. */
import type { LedgerRow } from '../core/kernel/ledger.ts';

/**
 * How the facility takes part: it is not built in, it is there but this call asks for nothing, or
 * the call is directed through it.
 */
export type Mode = 'plain' | 'unused' | 'directed';

/** Lane model, exact: the kernel work of one call, as the model counts it. */
export interface LedgerEntry {
  readonly call: string;
  /** "plain Linux", a strategy's name, or "procfs (kept)" for another of its caller halves. */
  readonly by: string;
  readonly mode: Mode;
  readonly ledger: LedgerRow;
}

/** Lane model, timed: the speed of this suite's model on this machine. Never of a kernel. */
export interface TimedRow {
  readonly call: string;
  readonly by: string;
  readonly mode: Mode;
  /** Nanoseconds of one call with what undoes it; median and third quartile of the samples. */
  readonly nsMedian: number;
  readonly nsP75: number;
  readonly samples: number;
  readonly callsPerSample: number;
}

/** Lane model: what a design does with the last-operation pid of a process that is dead. */
export interface DeadPidRow {
  readonly strategy: string;
  readonly wanted: number;
  /** What IPC_STAT then shows, or the refusal. */
  readonly shown: string;
}

/** Lane model: a restart that directs ids and leaves the state of IPC objects to the kernel. */
export interface IdsOnlyRow {
  readonly strategy: string;
  readonly capture: string;
  /** First field that then differs; null if none does. */
  readonly differs: string | null;
}
