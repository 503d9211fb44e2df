// SPDX-License-Identifier: MIT
/**
 * Cells and their values by small numbers, so that an engine compares and copies numbers alone. A
 * cell is known from its first access on; the value that it has then, before anything was written,
 * is number 0.
 *
 * What explored code sees lags behind: an engine that goes from state to state by numbers puts values
 * into cells when somebody is about to look at them.
 */
import type { Cell } from './cell.ts';

const NOBODY = -1;
const SEVERAL = -2;

export class Memory {
  readonly cells: Cell<unknown>[] = [];
  /** The number of the value of each cell. */
  readonly now: number[] = [];
  /** Cells that more than one thread writes. */
  readonly fought: number[] = [];
  /**
   * Cells that threads touch of which one writes. Whatever else a thread reads is given by what it
   * did before, and steps that touch no other cell are dependent on none.
   */
  readonly contested: number[] = [];
  /** How many these are. */
  contests = 0;
  private readonly isWritten: boolean[] = [];
  /** The thread that touched a cell, and the thread that wrote it; or several. */
  private readonly toucher: number[] = [];
  private readonly writer: number[] = [];
  private readonly indices = new Map<Cell<unknown>, number>();
  private readonly numbers: Map<unknown, number>[] = [];
  private readonly values: unknown[][] = [];
  private readonly keyOf: (value: unknown) => unknown;
  /** Cells whose value is perhaps not yet where explored code sees it. */
  private readonly stale: number[] = [];
  private readonly isStale: boolean[] = [];

  /** @param keyOf equal for equal values, and for these alone */
  constructor(keyOf: (value: unknown) => unknown) {
    this.keyOf = keyOf;
  }

  index(cell: Cell<unknown>): number {
    let index = this.indices.get(cell);
    if (index === undefined) {
      index = this.cells.length;
      this.indices.set(cell, index);
      this.cells.push(cell);
      this.now.push(0);
      this.isStale.push(false);
      this.isWritten.push(false);
      this.toucher.push(NOBODY);
      this.writer.push(NOBODY);
      this.numbers.push(new Map([[this.keyOf(cell.raw), 0]]));
      this.values.push([cell.raw]);
    }
    return index;
  }

  number(index: number, value: unknown): number {
    const numbers = this.numbers[index] ?? new Map();
    const values = this.values[index] ?? [];
    const key = this.keyOf(value);
    let number = numbers.get(key);
    if (number === undefined) {
      number = values.length;
      numbers.set(key, number);
      values.push(value);
    }
    return number;
  }

  /** Says that a thread touches a cell in some step, before it does. */
  willTouch(index: number, thread: number, writes: boolean): void {
    const before = this.toucher[index];
    this.toucher[index] = before === NOBODY || before === thread ? thread : SEVERAL;
    if (writes) {
      const first = this.writer[index];
      if (first === NOBODY) this.writer[index] = thread;
      else if (first !== thread && first !== SEVERAL) {
        this.writer[index] = SEVERAL;
        this.fought.push(index);
      }
      this.isWritten[index] = true;
    }
    const isContested = this.toucher[index] === SEVERAL && this.isWritten[index] === true;
    if (!isContested || this.isContested(index)) return;
    include(this.contested, index);
    this.contests++;
  }

  isContested(index: number): boolean {
    return ((this.contested[index >> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  put(index: number, number: number): void {
    this.now[index] = number;
    if (this.isStale[index] === true) return;
    this.isStale[index] = true;
    this.stale.push(index);
  }

  /** Has explored code see every cell as it is now. */
  settle(): void {
    for (let index = this.stale.pop(); index !== undefined; index = this.stale.pop()) {
      this.isStale[index] = false;
      const cell = this.cells[index];
      if (cell !== undefined) cell.raw = this.values[index]?.[this.now[index] ?? 0];
    }
  }
}

/** Sets of cells, 32 to a word. */
export type CellSet = readonly number[];

export function cellSet(indices: readonly number[]): CellSet {
  const words: number[] = [];
  for (const index of indices) include(words, index);
  return words;
}

function include(words: number[], index: number): void {
  const word = index >> 5;
  while (words.length <= word) words.push(0);
  words[word] = (words[word] ?? 0) | (1 << (index & 31));
}

export function meet(a: CellSet, b: CellSet): boolean {
  const words = Math.min(a.length, b.length);
  for (let word = 0; word < words; word++) if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return true;
  return false;
}

export const equal = (a: CellSet, b: CellSet): boolean =>
  a.length === b.length && a.every((word, at) => word === b[at]);
