// SPDX-License-Identifier: MIT
/**
 * The explorer, measured: all of it lane model, counts exact, times those of this suite's JavaScript
 * on this machine and never of a kernel.
 */
import type { Sampler } from '../../core/explore/sampling/samplers.ts';

/** Of one run of whatever the row is about, in seconds. */
export interface Timing {
  readonly median: number;
  /** Third quartile. */
  readonly p75: number;
  readonly samples: number;
}

/** Threads and steps of the longest of a few random runs. */
export interface Size {
  readonly threads: number;
  readonly steps: number;
}

interface Search extends Size {
  readonly of: string;
  /** With a machine that has seen no step yet, its making included. */
  readonly anew: Timing;
  /** With one that knows what each step does. */
  readonly again: Timing;
}

/** Depth first with undo, without a memo. */
export interface EnumerationRow extends Search {
  readonly interleavings: number;
}

/** Source-DPOR with sleep sets. */
export interface TracesRow extends Search {
  readonly traces: number;
  /** Prefixes that were given up. */
  readonly blocked: number;
  /**
   * Interleavings, as linear extensions of all traces and as paths through the state graph, which
   * come to one number where no trace is missed and none is completed twice. Null if not counted.
   */
  readonly certified: string | null;
}

/** The state graph by this explorer and by Spin, which found the same. */
export interface SpinRow {
  readonly of: string;
  readonly states: number;
  readonly transitions: number;
  readonly ours: Timing;
  /** `spin -a` and the C compiler, at -O2. */
  readonly build: Timing;
  /** The verifier, from its start as a process to its end. */
  readonly search: Timing;
}

export type BesideSpin =
  | { readonly kind: 'run'; readonly rows: readonly SpinRow[] }
  | { readonly kind: 'not run'; readonly reason: string };

export const FAST_CHECK = 'fast-check';

/** Random schedules of one race. */
export interface SchedulesRow {
  readonly of: string;
  readonly by: Sampler | typeof FAST_CHECK;
  /** In one run; the system is made anew for each. */
  readonly schedules: number;
  readonly timing: Timing;
  /** That a schedule fails, exactly; null where only a bound is known, or nothing. */
  readonly chance: number | null;
  /** Of each seed, which schedule was the first to fail; null if none was. */
  readonly firstFailing: readonly { readonly seed: number; readonly schedule: number | null }[];
}

/** What there is to explore of threads that ask at once, where there are more of them. */
export interface ReductionRow extends Size {
  readonly by: string;
  readonly interleavings: string;
  readonly states: number;
  readonly traces: number;
}

export interface ExplorerRows {
  readonly enumeration: readonly EnumerationRow[];
  readonly traces: readonly TracesRow[];
  readonly spin: BesideSpin;
  readonly schedules: readonly SchedulesRow[];
  readonly reduction: readonly ReductionRow[];
}
