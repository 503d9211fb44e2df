// SPDX-License-Identifier: MIT
/** What depends on the values of cells, looked at one after the other, by their numbers in memory. */

/** A cell to look at, or an end: nodes are all of one shape, so that going down is fast. */
export interface Decision<T> {
  /** What is decided, or null where a cell is to be looked at first. */
  readonly end: T | null;
  readonly cell: number;
  /** By number of the cell's value. */
  readonly branches: (Decision<T> | undefined)[];
}

export interface Read {
  readonly cell: number;
  readonly number: number;
}

const NONE: (Decision<never> | undefined)[] = [];

const endOf = <T>(end: T): Decision<T> => ({ end, cell: 0, branches: NONE });
const lookAt = <T>(cell: number): Decision<T> => ({ end: null, cell, branches: [] });

export function decide<T>(decision: Decision<T> | undefined, now: readonly number[]): T | null {
  let node = decision;
  while (node !== undefined && node.end === null) node = node.branches[now[node.cell] ?? 0];
  return node === undefined ? null : node.end;
}

/** The decision with one more way through it, or null where that way is there, or reads otherwise. */
export function inserted<T>(
  decision: Decision<T> | undefined,
  log: readonly Read[],
  end: T,
): Decision<T> | null {
  const [first] = log;
  if (first === undefined) return decision === undefined ? endOf(end) : null;
  const root = decision ?? lookAt<T>(first.cell);
  let node = root;
  for (const [at, { cell, number }] of log.entries()) {
    if (node.end !== null || node.cell !== cell) return null;
    const next: Read | undefined = log[at + 1];
    const known: Decision<T> | undefined = node.branches[number];
    if (next === undefined) {
      if (known !== undefined) return null;
      node.branches[number] = endOf(end);
    } else {
      const below: Decision<T> = known ?? lookAt(next.cell);
      node.branches[number] = below;
      node = below;
    }
  }
  return root;
}
