// SPDX-License-Identifier: MIT
/** Cells and their values as somebody knows them who saw each write, by numbers of first sight. */
import { type Cell, canonical, recording, type Struct } from '../cell.ts';
import type { Block } from '../thread.ts';

export interface CellValue {
  readonly cell: Cell<unknown>;
  readonly value: unknown;
}

/** Numbers of values, by numbers of cells. */
export type Values = ReadonlyMap<number, number>;

export interface VaryingCell {
  /** For people. */
  readonly label: string;
  /** So many; number 0 is the one at the start. */
  readonly values: number;
}

interface Known {
  readonly index: number;
  /** By key, the one at the start first. */
  readonly numbers: Map<unknown, number>;
  value: unknown;
  isWritten: boolean;
}

export class KnownMemory {
  private readonly cells = new Map<Cell<unknown>, Known>();
  private readonly structs = new Map<Struct, number>();

  read(cell: Cell<unknown>): unknown {
    return this.known(cell).value;
  }

  /** What a condition looks at. */
  watch({ until }: Block): Cell<unknown>[] {
    const seen: Cell<unknown>[] = [];
    const refuse = (): never => {
      throw new Error('a condition only reads');
    };
    const recorder = {
      read: (cell: Cell<unknown>) => {
        seen.push(cell);
        return this.read(cell);
      },
      write: refuse,
      allocate: refuse,
      note: refuse,
    };
    recording(recorder, until);
    return seen;
  }

  /** The values that were there before. */
  write(writes: readonly CellValue[]): CellValue[] {
    const before = writes.map(({ cell }) => ({ cell, value: this.read(cell) }));
    for (const { cell, value } of writes) this.known(cell).value = value;
    return before;
  }

  numbers(values: readonly CellValue[]): Values {
    return new Map(
      values.map(({ cell, value }) => {
        const known = this.known(cell);
        return [known.index, this.number(known, value)];
      }),
    );
  }

  /** Of cells that vary from now on. */
  willWrite(writes: readonly CellValue[]): Values {
    for (const { cell } of writes) this.known(cell).isWritten = true;
    return this.numbers(writes);
  }

  /** Of all cells that were seen. */
  now(): Values {
    return this.numbers([...this.cells].map(([cell, { value }]) => ({ cell, value })));
  }

  written(): ReadonlyMap<number, VaryingCell> {
    const cells = [...this.cells].filter(([, { isWritten }]) => isWritten);
    return new Map(
      cells.map(([{ label }, { index, numbers }]) => [index, { label, values: numbers.size }]),
    );
  }

  /** A cell is seen before it is written, so what is in it is still what was there at the start. */
  private known(cell: Cell<unknown>): Known {
    let known = this.cells.get(cell);
    if (known === undefined) {
      known = { index: this.cells.size, numbers: new Map(), value: cell.raw, isWritten: false };
      this.cells.set(cell, known);
      this.number(known, cell.raw);
    }
    return known;
  }

  private number({ numbers }: Known, value: unknown): number {
    return numbered(
      numbers,
      canonical(value, (struct) => numbered(this.structs, struct)),
    );
  }
}

/** What is not numbered yet is given the next number. */
function numbered<K>(numbers: Map<K, number>, key: K): number {
  const number = numbers.get(key) ?? numbers.size;
  numbers.set(key, number);
  return number;
}
