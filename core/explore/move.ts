// SPDX-License-Identifier: MIT
/** Where a thread stands, and what it can do next: what engines go by. */
import type { Cell } from './cell.ts';
import type { CellSet } from './memory.ts';
import type { Write } from './step-recorder.ts';
import type { Block } from './thread.ts';

/** Cells that a step depends on by looking at them, and by writing them; see footprint.ts. */
export interface Touched extends CellSets {
  readonly id: number;
  /** Those that it touches as memory is. */
  readonly now: CellSets;
}

interface CellSets {
  readonly reads: CellSet;
  readonly writes: CellSet;
}

/** A step that a thread can take, given what it reads. */
export interface Move {
  /** As in a schedule: the thread, and "A!ENOMEM" where not the usual is chosen. */
  readonly name: string;
  /** Of the name, by first appearance. */
  readonly id: number;
  readonly thread: string;
  readonly from: Position;
  readonly next: Position;
  /** What the step could have chosen from, the usual first: there is a move for each. */
  readonly alternatives: readonly string[];
  /** Who draws at each choice takes this move of the thread's once in so many times. */
  readonly odds: number;
  readonly reads: readonly Cell<unknown>[];
  readonly writes: readonly Write[];
  readonly spawned: readonly Position[];
  readonly notes: readonly string[];
  /** The same as numbers of memory: cells that are written, and what is written to each. */
  readonly cells: readonly number[];
  readonly numbers: readonly number[];
  /** With its condition, if it could have been blocked. More than before where more is known of it. */
  touched: Touched;
}

/** A thread that waits: what its condition looked at. */
export interface Waits {
  readonly from: Position;
  readonly next: null;
  touched: Touched;
}

/** Where a thread stands: everything it has read so far. Interned, so compared by identity. */
export interface Position {
  readonly id: number;
  readonly thread: string;
  /** Of the thread, by first appearance. */
  readonly number: number;
  /** What the thread waits for, or null where it can go on. */
  readonly block: Block | null;
  readonly end: { readonly result: unknown } | null;
}

/** No number of a thread: of who ran last where nobody did. */
export const NOBODY = -1;

/** Preemptions: 1 where a move of another thread makes the last one wait that could go on. */
export const switches = (moves: readonly Move[], { from }: Move, last: number): number =>
  from.number !== last && moves.some((other) => other.from.number === last) ? 1 : 0;
