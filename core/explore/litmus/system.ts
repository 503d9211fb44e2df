// SPDX-License-Identifier: MIT
/** Litmus programs as threads over cells. What R, U and C read stays part of a state. */
import { Cell, note } from '../cell.ts';
import type { System } from '../machine.ts';
import { type Block, PREEMPT, type Steps, type Thread } from '../thread.ts';
import type { LitmusProgram, Operation } from './program.ts';

type Cells = ReadonlyMap<string, Cell<number>>;

export interface LitmusSystem extends System {
  readonly cells: Cells;
}

/** A lock and a cell of one name are one cell: a lock is held while it is not 0. */
export function litmusSystem(program: LitmusProgram): LitmusSystem {
  const names = new Set(program.flatMap((thread) => thread.map(({ cell }) => cell)));
  const cells = new Map([...names].map((name) => [name, new Cell(0, null, name)]));
  return {
    cells,
    threads: program.map((operations, index) => threadOf(operations, index, cells)),
    judge: () => null,
  };
}

function threadOf(operations: readonly Operation[], index: number, cells: Cells): Thread {
  const [first] = operations;
  const block = first === undefined ? null : blockOf(first, cells);
  return {
    name: String.fromCharCode(65 + index),
    ...(block === null ? {} : { block }),
    *start(): Steps<void> {
      for (const [at, operation] of operations.entries()) {
        if (at > 0) yield blockOf(operation, cells) ?? PREEMPT;
        perform(operation, cellOf(operation, cells));
      }
    },
  };
}

function blockOf(operation: Operation, cells: Cells): Block | null {
  if (operation.does !== 'lock') return null;
  const cell = cellOf(operation, cells);
  return { until: () => cell.v === 0, why: `lock ${operation.cell}` };
}

function cellOf({ cell: name }: Operation, cells: Cells): Cell<number> {
  const cell = cells.get(name);
  if (cell === undefined) throw new Error(`no cell is called ${name}`);
  return cell;
}

function perform(operation: Operation, cell: Cell<number>): void {
  switch (operation.does) {
    case 'read':
      note(`read ${cell.field}`, cell.v);
      break;
    case 'write':
      cell.v = operation.value;
      break;
    case 'update':
      cell.v += 1;
      break;
    case 'swap':
      if (cell.v === operation.from) cell.v = operation.to;
      break;
    case 'lock':
      cell.v = 1;
      break;
    case 'unlock':
      cell.v = 0;
      break;
  }
}
