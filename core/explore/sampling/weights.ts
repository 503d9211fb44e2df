// SPDX-License-Identifier: MIT
/**
 * Ways to draw whose step is next by nothing but where each thread stands: a thread's chance is its
 * weight among those that can go on. So the chance of a failure can be computed over the state
 * graph (chance.ts).
 */
import { type Chooser, evenly } from './chooser.ts';
import type { Draw } from './draw.ts';

export interface Weights {
  /** Of a thread that can go on; at least 1. */
  of(thread: string): number;
  /** Once `thread` has taken a step and made these. */
  after(thread: string, made: readonly string[]): Weights;
}

/** The random walk. */
export const EQUAL: Weights = {
  of: () => 1,
  after: () => EQUAL,
};

/**
 * URW: a thread's weight is the number of steps that it and those that it has yet to make will
 * take, after Zhao, Wolff, Mathur and Roychoudhury, "Selectively Uniform Concurrency Testing"
 * (ASPLOS 2025). Of so many interleavings that are left, exactly that share begins with its step,
 * if each thread takes a number of steps that is always the same and nobody waits: so all are
 * equally likely. Where steps vary or threads wait, it is as even as the estimate is good.
 *
 * @param below steps by thread: its own, and those of all that it will have made
 */
export const remainingSteps = (below: ReadonlyMap<string, number>): Weights =>
  remaining(below, below);

function remaining(total: ReadonlyMap<string, number>, left: ReadonlyMap<string, number>): Weights {
  return {
    // One that outlives the estimate, or was never seen, has a step at least.
    of: (thread) => Math.max(1, left.get(thread) ?? 1),
    after(thread, made) {
      const moved = made.reduce((sum, child) => sum + (total.get(child) ?? 0), 0);
      const next = new Map(left);
      next.set(thread, (left.get(thread) ?? 1) - 1 - moved);
      return remaining(total, next);
    },
  };
}

/** Draws by weight. */
export function byWeights(start: Weights, draw: Draw): Chooser {
  let weights = start;
  return {
    choose(enabled) {
      const all = enabled.map((thread) => weights.of(thread));
      let drawn = draw(all.reduce((sum, weight) => sum + weight, 0));
      for (const [at, thread] of enabled.entries()) {
        drawn -= all[at] ?? 0;
        if (drawn < 0) return thread;
      }
      throw new Error('a draw left its range');
    },
    pick: evenly(draw),
    took(thread, made) {
      weights = weights.after(thread, made);
    },
  };
}
