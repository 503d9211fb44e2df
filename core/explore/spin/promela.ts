// SPDX-License-Identifier: MIT
/**
 * A system for Spin, from the tables of what its threads do. A thread is a process whose locations
 * are the places where the thread stands, and a row is a d_step; in what order they come is Spin's
 * business, and so are which states that makes, which of them are equal and what follows on them.
 *
 * So this checks how steps are put together: interleaving, waiting, undo, the memo and the numbers
 * that stand for values. It does not check the steps. A thread does here what it did in the states
 * that the explorer got to, and whether a Linux does the same is asked elsewhere.
 *
 * With `-DJUDGE`, a process waits for a run to end (Spin's `timeout`), takes a step there, and
 * asserts false if the judge said that this end is wrong. It adds a state and a transition for each
 * end, and for each wrong one another state, where Spin reports an error.
 */
import type { System } from '../machine.ts';
import type { Values } from './known-memory.ts';
import {
  type EndState,
  type Place,
  type StepTables,
  stepTables,
  type ThreadTable,
} from './step-tables.ts';

/** @throws BudgetSpent where there are more states than `maxStates` */
export const promelaOfSystem = (system: System, budget: { readonly maxStates: number }): string =>
  promelaOfTables(stepTables(system, budget));

/**
 * As many states are stored as the system has, and there is one transition more, for the initial
 * state, by `spin -a`, `gcc -DSAFETY -DNOREDUCE -DVECTORSZ=8192` and `./pan -E`.
 */
export function promelaOfTables({ cells, threads, failingEnds }: StepTables): string {
  const places = new Map(threads.map((table) => [table.thread, table.places]));
  const declarations = [...cells].map(
    ([cell, { label, values }]) => `${typeFor(values)} ${named(cell)}; /* ${comment(label)} */`,
  );
  return [
    ...declarations,
    ...threads.flatMap(processOf),
    '',
    '/* What is written and never read would be no part of the states. */',
    'active proctype keeps() {',
    `end: false -> ${[...cells.keys()].map(named).join(' + ') || '0'} > 0`,
    '}',
    '',
    '#ifdef JUDGE',
    'active proctype judge() {',
    '  if',
    '  :: timeout',
    ...failingEnds.map((end) => `  :: timeout && ${here(end, places, cells)} -> assert(false)`),
    '  fi;',
    'end: false',
    '}',
    '#endif',
    '',
  ].join('\n');
}

function processOf({ thread, places }: ThreadTable): string[] {
  const location = ({ mayStay, rows }: Place, at: number): string[] => {
    const label = `${labelOf(thread, at, mayStay)}: `;
    if (rows.length === 0) return [`${label}false`];
    const options = rows.map(
      ({ when, writes, to }) =>
        `  :: d_step { ${statements(when, writes)} } -> ` +
        `goto ${labelOf(thread, to, places[to]?.mayStay === true)}`,
    );
    return [`${label}if`, ...options, '  fi'];
  };
  const bodies = places.map((place, at) => location(place, at).join('\n'));
  return ['', `active proctype ${processName(thread)}() {`, bodies.join(';\n'), '}'];
}

/** Whether a run has come to this end. */
function here(
  { places: standing, values }: EndState,
  places: ReadonlyMap<string, readonly Place[]>,
  cells: StepTables['cells'],
): string {
  const stands = [...standing].map(([thread, at]) => {
    const mayStay = places.get(thread)?.[at]?.mayStay === true;
    return `${processName(thread)}@${labelOf(thread, at, mayStay)}`;
  });
  const has = [...cells.keys()].map((cell) => `${named(cell)} == ${values.get(cell) ?? 0}`);
  return [...stands, ...has].join(' && ');
}

function statements(when: Values, writes: Values): string {
  const condition = [...when].map(([cell, number]) => `${named(cell)} == ${number}`).join(' && ');
  const assignments = [...writes].map(([cell, number]) => `${named(cell)} = ${number}`);
  return [...(condition === '' ? [] : [condition]), ...assignments].join('; ') || 'true';
}

/** Not to clash with what Spin's verifier calls its own. */
const named = (cell: number): string => `cell_${cell}`;
const processName = (thread: string): string => `thread_${thread}`;

/** Where Spin finds nobody who could go on, it takes who is not at a label of this kind for stuck. */
const labelOf = (thread: string, at: number, mayStay: boolean): string =>
  `${mayStay ? 'end_' : ''}${thread}${at}`;

const comment = (text: string): string => text.replaceAll('*/', '* /');

function typeFor(values: number): string {
  if (values <= 0x100) return 'byte';
  return values <= 0x8000 ? 'short' : 'int';
}
