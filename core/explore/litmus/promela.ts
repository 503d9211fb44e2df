// SPDX-License-Identifier: MIT
/**
 * A litmus program for Spin, statement for step, so that both have the same states: `spin -a`, `gcc
 * -DSAFETY -DNOREDUCE`, `./pan -E`. Its transitions are ours and one more, for the initial state.
 *
 * Processes end in a state of their own and do not die, which would be a step; what was read stays
 * in a variable, as it stays part of our states; and a step of several accesses is a d_step, never
 * atomic, which may lose its atomicity where it blocks.
 */
import type { LitmusProgram, Operation } from './program.ts';

export function promelaOf(program: LitmusProgram): string {
  const cells = [...new Set(program.flatMap((thread) => thread.map(({ cell }) => cell)))];
  const reads = program.flatMap((operations, thread) =>
    operations.flatMap((operation, at) => (isRead(operation) ? [readBy(thread, at)] : [])),
  );
  return [
    `int ${[...cells.map(named), ...reads].join(', ')};`,
    ...program.map((operations, thread) => processOf(operations, thread)),
    '',
  ].join('\n');
}

/** Not to clash with what Spin's verifier calls its own. */
const named = (cell: string): string => `cell_${cell}`;
const letter = (thread: number): string => String.fromCharCode(65 + thread);
const readBy = (thread: number, at: number): string => `read_${letter(thread)}${at}`;

function processOf(operations: readonly Operation[], thread: number): string {
  // Never got to; but what is written and never read is no part of Spin's states.
  const used = new Set(
    operations.flatMap((operation, at) => [
      named(operation.cell),
      ...(isRead(operation) ? [readBy(thread, at)] : []),
    ]),
  );
  return [
    '',
    `active proctype thread_${letter(thread)}() {`,
    ...operations.map((operation, at) => `  ${statement(operation, readBy(thread, at))};`),
    `end: false -> ${[...used].join(' + ')} > 0`,
    '}',
  ].join('\n');
}

const isRead = ({ does }: Operation): boolean =>
  does === 'read' || does === 'update' || does === 'swap';

function statement(operation: Operation, into: string): string {
  const cell = named(operation.cell);
  switch (operation.does) {
    case 'read':
      return `${into} = ${cell}`;
    case 'write':
      return `${cell} = ${operation.value}`;
    case 'update':
      return `d_step { ${into} = ${cell}; ${cell} = ${cell} + 1 }`;
    case 'swap': {
      const { from, to } = operation;
      return `d_step { ${into} = ${cell}; if :: ${into} == ${from} -> ${cell} = ${to} :: else fi }`;
    }
    case 'lock':
      return `d_step { ${cell} == 0; ${cell} = 1 }`;
    case 'unlock':
      return `${cell} = 0`;
  }
}
