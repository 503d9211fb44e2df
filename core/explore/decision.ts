// SPDX-License-Identifier: MIT
/** What depends on the values of cells, looked at one after the other, by their numbers in memory. */

/** With a T at each end. */
export class Choice<T> {
  readonly cell: number;
  readonly branches: (Choice<T> | T | undefined)[] = [];

  constructor(cell: number) {
    this.cell = cell;
  }
}

export type Decision<T> = Choice<T> | T;

export interface Read {
  readonly cell: number;
  readonly number: number;
}

export function decide<T extends object>(
  decision: Decision<T> | null,
  now: readonly number[],
): T | null {
  let node: Decision<T> | null | undefined = decision;
  while (node instanceof Choice) node = node.branches[now[node.cell] ?? 0];
  return node ?? null;
}

/** The decision with one more way through it, or null where that way is there, or reads otherwise. */
export function inserted<T extends object>(
  decision: Decision<T> | null,
  log: readonly Read[],
  end: T,
): Decision<T> | null {
  const [first] = log;
  if (first === undefined) return decision === null ? end : null;
  const root = decision ?? new Choice<T>(first.cell);
  let node: Decision<T> = root;
  for (const [at, { cell, number }] of log.entries()) {
    if (!(node instanceof Choice) || node.cell !== cell) return null;
    const next: Read | undefined = log[at + 1];
    const known: Decision<T> | undefined = node.branches[number];
    if (next === undefined) {
      if (known !== undefined) return null;
      node.branches[number] = end;
    } else {
      const below: Decision<T> = known ?? new Choice<T>(next.cell);
      node.branches[number] = below;
      node = below;
    }
  }
  return root;
}
