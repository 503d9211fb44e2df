// SPDX-License-Identifier: MIT
/**
 * Litmus programs, "Wx Wy || Ry Rx": threads separated by ||, operations by blanks. Each operation
 * is one step on one cell; a cell is any identifier and starts at 0.
 */
import { InputError } from '../../input-error.ts';

export type Operation =
  | { readonly does: 'read'; readonly cell: string }
  | { readonly does: 'write'; readonly cell: string; readonly value: number }
  /** Atomic: adds one. */
  | { readonly does: 'update'; readonly cell: string }
  /** Compare-and-swap; where it fails it only reads. */
  | { readonly does: 'swap'; readonly cell: string; readonly from: number; readonly to: number }
  | { readonly does: 'lock'; readonly cell: string }
  | { readonly does: 'unlock'; readonly cell: string };

export type LitmusProgram = readonly (readonly Operation[])[];

/** One letter each, as in schedules. */
export const MAX_THREADS = 26;
const MAX_VALUE = 1_000_000;

const OPERATION = /^([RWUCLX])([A-Za-z_]\w*)(?:=(\d+))?(?::(\d+)>(\d+))?$/;

/** @throws InputError naming the column of what is no operation. */
export function parseLitmus(text: string): LitmusProgram {
  const program: Operation[][] = [[]];
  let column = 1;
  for (const word of text.split(/(\s+)/)) {
    if (word === '||') {
      if (program.at(-1)?.length === 0) throw malformed(column, 'a thread without operations');
      program.push([]);
    } else if (word.trim() !== '') {
      program.at(-1)?.push(operation(word, column, program.at(-1) ?? []));
    }
    column += word.length;
  }
  if (program.at(-1)?.length === 0) throw malformed(column, 'a thread without operations');
  if (program.length > MAX_THREADS) {
    throw malformed(column, `${program.length} threads, which is more than ${MAX_THREADS}`);
  }
  return program;
}

function operation(word: string, column: number, before: readonly Operation[]): Operation {
  const match = OPERATION.exec(word);
  const [, letter, cell, value, from, to] = match ?? [];
  if (cell === undefined) throw malformed(column, `"${word.slice(0, 40)}", which is no operation`);
  const hasValue = value !== undefined;
  const hasSwap = from !== undefined && to !== undefined;
  if ((hasValue && letter !== 'W') || hasSwap !== (letter === 'C')) {
    throw malformed(column, `"${word.slice(0, 40)}", which is no operation`);
  }
  if ([value, from, to].some((number) => Number(number ?? 0) > MAX_VALUE)) {
    throw malformed(column, `"${word.slice(0, 40)}", a value beyond ${MAX_VALUE}`);
  }
  switch (letter) {
    case 'R':
      return { does: 'read', cell };
    case 'W':
      return { does: 'write', cell, value: Number(value ?? 1) };
    case 'U':
      return { does: 'update', cell };
    case 'C':
      return { does: 'swap', cell, from: Number(from), to: Number(to) };
    case 'L':
      return { does: 'lock', cell };
    default:
      if (!holds(before, cell)) throw malformed(column, `"${word}" without "L${cell}" before it`);
      return { does: 'unlock', cell };
  }
}

function holds(before: readonly Operation[], cell: string): boolean {
  const last = before.findLast(
    (one) => one.cell === cell && (one.does === 'lock' || one.does === 'unlock'),
  );
  return last?.does === 'lock';
}

const malformed = (column: number, what: string): InputError =>
  new InputError(
    `program, column ${column}`,
    `there is ${what}`,
    'write threads such as "Wx=3 Ry || Uy Cx:0>1 || Lm Xm"',
  );
