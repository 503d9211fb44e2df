// SPDX-License-Identifier: MIT
/**
 * PCT, after Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010): of the threads that can go on, always
 * the one of highest priority. Priorities are drawn; at depth - 1 steps, drawn too, that thread
 * falls below all that never fell. A failure that `depth` ordered steps suffice for is found with a
 * probability of at least 1 / (threads * steps ** (depth - 1)).
 *
 * A thread that is made later is put at a rank that is drawn as well, so that all orders of those
 * that never fell are equally likely; one that waits keeps its rank and is passed over.
 */
import { type Chooser, evenly } from './chooser.ts';
import type { Draw } from './draw.ts';

export function pct(threads: readonly string[], steps: number, depth: number, draw: Draw): Chooser {
  /** Those that never fell, highest first. */
  const order: string[] = [];
  /** By change point; the first of them is the highest. */
  const fallen: (string | null)[] = Array.from({ length: depth - 1 }, () => null);
  // After the last step there is nothing left to change.
  const changes = fallen.map(() => 1 + draw(Math.max(1, steps - 1)));
  let taken = 0;

  const add = (thread: string) => {
    order.splice(draw(order.length + 1), 0, thread);
  };
  const fall = (thread: string, to: number) => {
    const rank = order.indexOf(thread);
    if (rank >= 0) order.splice(rank, 1);
    const before = fallen.indexOf(thread);
    if (before >= 0) fallen[before] = null;
    fallen[to] = thread;
  };
  for (const thread of threads) add(thread);

  return {
    choose(enabled) {
      const can = new Set(enabled);
      const highest = [...order, ...fallen].find((thread) => thread !== null && can.has(thread));
      if (highest == null) throw new Error('nobody can go on');
      return highest;
    },
    pick: evenly(draw),
    took(thread, made) {
      taken++;
      for (const child of made) add(child);
      for (const [at, change] of changes.entries()) if (change === taken) fall(thread, at);
    },
  };
}
