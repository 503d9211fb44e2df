// SPDX-License-Identifier: MIT
/**
 * The one result object. `sideband compare` makes it, the JSON report is it, and the text and
 * Markdown reports are drawn from nothing else.
 *
 * Same version, seed and capture: identical outside `provenance` and `timed`.
 */
import type { DeadPidRow, LedgerEntry, TimedRow } from '../bench/rows.ts';
import type { RestartResult } from '../core/restart/result.ts';

export type { DeadPidRow, LedgerEntry, TimedRow };

export const RESULT_SCHEMA = 'sideband-result/1';

/** Where a figure comes from. What is not measured names the lane that will. */
export type Lane = 'model' | 'host' | 'guest' | 'static' | 'literature';

export interface StrategyRow {
  readonly name: string;
  readonly summary: string;
  readonly kind: 'design' | 'control';
  readonly form: 'as posted' | 'best form';
  /** New system calls, procfs files and task fields of the kernel half. */
  readonly syscalls: readonly string[];
  readonly files: readonly string[];
  readonly fields: readonly string[];
}

export interface Claim {
  readonly number: number;
  readonly who: string;
  readonly claim: string;
  readonly verdict: 'supported' | 'refuted' | 'depends' | 'not measured yet';
  /** Lanes that the verdict rests on, or that will measure it. */
  readonly lanes: readonly Lane[];
  /** The figure or counterexample behind it, with the table it stands in; or what will be measured. */
  readonly evidence: string;
}

/** One step of a counterexample that is worth a line. */
export interface DrawnStep {
  /** Its number in the schedule, from 1. */
  readonly step: number;
  readonly thread: string;
  readonly text: string;
  readonly racing: boolean;
  readonly wrong: boolean;
  /** The contested cell after the step, where the step wrote it. */
  readonly cell: string | null;
}

export interface Counterexample {
  readonly replay: string;
  readonly preemptions: number;
  readonly steps: number;
  readonly threads: readonly { readonly name: string; readonly role: string }[];
  readonly contested: string | null;
  readonly drawn: readonly DrawnStep[];
  readonly wrong: string;
  /** In words; null if no single reversal explains it. */
  readonly cause: string | null;
}

export type RaceVerdict =
  | { readonly kind: 'EXHAUSTIVE' }
  | { readonly kind: 'INCOMPLETE'; readonly reason: string; readonly seen: number };

export interface RaceRow {
  readonly scenario: string;
  readonly question: string;
  readonly rule: string;
  readonly context: 'restarter' | 'general use';
  readonly strategy: string;
  readonly strategyKind: 'design' | 'control';
  readonly verdict: RaceVerdict;
  readonly states: number;
  readonly transitions: number;
  /** Decimal strings: they pass 2^53. Null where INCOMPLETE. */
  readonly interleavings: string | null;
  readonly failing: string | null;
  readonly counterexample: Counterexample | null;
}

export interface RestartTable {
  readonly capture: string;
  readonly source: string;
  readonly tasks: number;
  readonly threads: number;
  readonly objects: number;
  readonly rows: readonly RestartResult[];
}

export interface Provenance {
  readonly version: string;
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  readonly kernel: string;
  readonly virtualisation: string;
  readonly mitigations: string;
  readonly commandLine: string;
  readonly started: string;
}

export interface Result {
  readonly schema: typeof RESULT_SCHEMA;
  readonly seed: number;
  readonly strategies: readonly StrategyRow[];
  readonly claims: readonly Claim[];
  readonly races: readonly RaceRow[];
  readonly restarts: readonly RestartTable[];
  readonly deadPids: readonly DeadPidRow[];
  readonly ledger: readonly LedgerEntry[];
  /** Null if the run was told not to time, or was interrupted before. */
  readonly timed: readonly TimedRow[] | null;
  readonly provenance: Provenance;
}
