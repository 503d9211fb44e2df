// SPDX-License-Identifier: MIT
/** What the benchmarks measure, row by row. Each kind of row is of one lane. */
import type { LedgerRow, Phase } from '../core/kernel/ledger.ts';

/**
 * How the facility takes part: it is not built in, it is there but this call asks for nothing, or
 * the call is directed through it.
 */
export type Mode = 'plain' | 'unused' | 'directed';

/** Zeros are left out. */
export type SparsePhases = Readonly<Record<Phase, Partial<LedgerRow>>>;

/** Lane model, exact: the kernel work of one call, as the model counts it. */
export interface LedgerEntry {
  readonly call: string;
  /** "plain Linux", a strategy's name, or "procfs (kept)" for another of its caller halves. */
  readonly by: string;
  readonly mode: Mode;
  readonly ledger: LedgerRow;
  /** The same, taken apart: the phases add up to it. */
  readonly phases: SparsePhases;
}

/** Lane model, exact: threads of one process that direct calls at once, in a schedule of the seed. */
export interface ThreadsRow {
  readonly call: string;
  readonly by: string;
  readonly threads: number;
  readonly calls: number;
  /** How many of the calls got what they asked for. */
  readonly right: number;
  /** How often a thread found that it had to wait for another. */
  readonly waits: number;
  /** Of all calls; what a thread prepares once is not in it. */
  readonly ledger: LedgerRow;
}

/** Lane model, exact: so many calls of one thread, with all that is prepared for them. */
export interface CallsRow {
  readonly call: string;
  readonly by: string;
  readonly calls: number;
  readonly ledger: LedgerRow;
}

/** From how many calls on a kept descriptor costs no more than what it is held against. */
export interface BreakEven {
  readonly by: string;
  readonly against: string;
  readonly entry: keyof LedgerRow;
  /** Null if it does not within the calls that were counted. */
  readonly from: number | null;
  readonly within: number;
}

/** Lane model, exact: the restart of a generated capture. */
export interface RestartSizeRow {
  readonly by: string;
  readonly tasks: number;
  readonly directed: number;
  readonly ledger: LedgerRow;
}

/** Lane model, timed: the same restart. Seconds of JavaScript, never of a kernel. */
export interface RestartTimeRow {
  readonly by: string;
  readonly tasks: number;
  readonly seconds: number;
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
