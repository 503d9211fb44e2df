// SPDX-License-Identifier: MIT
/**
 * Every interleaving, one after the other: depth first, each step undone, and nothing remembered. As
 * plain as a search can be, and so what others are held against.
 */
import { BudgetSpent } from './budget.ts';
import type { Machine } from './machine.ts';

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
  const visit = () => {
    const moves = machine.moves();
    for (const move of moves) {
      machine.take(move);
      try {
        visit();
      } finally {
        // Also on a spent budget: the cells belong to the caller.
        machine.undo();
      }
    }
    if (moves.length > 0) return;
    if (runs >= maxRuns) throw new BudgetSpent(`more than ${maxRuns} interleavings`);
    runs++;
    onRun();
  };
  visit();
  return runs;
}
