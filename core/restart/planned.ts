// SPDX-License-Identifier: MIT
/** What a plan holds: who gets forked, by whom, with which numbers. */
import type { Capture } from './capture.ts';

export type CapturedTask = Capture['tasks'][number];

/** Something that gets forked: a captured task, or a helper that exits before the end. */
export interface Planned {
  /** Unique; the name of its program. */
  readonly name: string;
  /** Its numbers, outermost captured namespace first. */
  readonly nspid: readonly number[];
  /** The captured task, or null for a helper. */
  readonly task: CapturedTask | null;
  readonly newNamespace: boolean;
  /** Cloned with CLONE_PARENT: whoever forks it is its sibling. */
  isSibling: boolean;
  /** Forked before and after its own setsid() or setpgid(), in order. */
  readonly early: Planned[];
  readonly late: Planned[];
  leadsSession: boolean;
  leadsGroup: boolean;
  /**
   * How many of its children it forks before it leaves the IPC namespace that it was born in for
   * one of its own; null if it stays.
   */
  leavesIpcAfter: number | null;
  /** The IPC namespace, as the capture counts them, whose objects it restores. */
  keeps: number | null;
  /** Group to join once all exist, as its own namespace numbers it; 0 for none. */
  joins: number;
}

export interface Plan {
  /** Forked by the restarter, in order; the tree's root or a helper that forks it. */
  readonly first: Planned;
  /** The captured root. */
  readonly root: Planned;
  /** Everybody, helpers included. */
  readonly all: readonly Planned[];
  /** So many numbers that nobody has at any level, others each time. */
  freeNumbers(count: number): readonly number[];
}

/** The number in the outermost captured namespace, by which a capture names tasks. */
export function outermost(nspid: readonly number[]): number {
  return nspid[0] ?? 0;
}

/** Children that are forked from the same place, the first of whom is the `nth`. */
export interface Forking {
  readonly nth: number;
  readonly children: readonly Planned[];
  /** Before them it leaves the IPC namespace that it was born in. */
  readonly leavesIpc: boolean;
}

/** Those before a task leads what it leads, then those behind it, each cut where it leaves. */
export function forkings({ early, late, leavesIpcAfter }: Planned): readonly Forking[] {
  const all = [...early, ...late];
  const cuts = new Set([0, early.length, leavesIpcAfter ?? 0]);
  const starts = [...cuts].sort((a, b) => a - b);
  return starts.map((nth, index) => ({
    nth,
    children: all.slice(nth, starts[index + 1]),
    leavesIpc: nth === leavesIpcAfter,
  }));
}
