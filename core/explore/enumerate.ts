// SPDX-License-Identifier: MIT
/**
 * Every interleaving, one after the other: depth first, each step undone, and nothing remembered. As
 * plain as a search can be, and so what others are held against.
 */
import { BudgetSpent } from './budget.ts';
import type { Machine } from './machine.ts';
import type { Move } from './move.ts';

/**
 * How many there are.
 * @param onRun looks at each where it has come to its end
 * @throws BudgetSpent where there are more than `maxRuns`
 */
export function enumerate(
  machine: Machine,
  { maxRuns }: { readonly maxRuns: number },
  onRun: () => void,
): number {
  let runs = 0;
  /** A list for each depth, used again. */
  const lists: Move[][] = [];
  const visit = (depth: number) => {
    const moves = lists[depth] ?? [];
    lists[depth] = moves;
    const count = machine.movesInto(moves);
    for (let at = 0; at < count; at++) {
      const move = moves[at];
      if (move === undefined) break;
      machine.take(move);
      visit(depth + 1);
      machine.undo();
    }
    if (count > 0) return;
    if (runs >= maxRuns) throw new BudgetSpent(`more than ${maxRuns} interleavings`);
    runs++;
    onRun();
  };
  const start = machine.depth;
  try {
    visit(0);
  } finally {
    machine.undoTo(start);
  }
  return runs;
}
