// SPDX-License-Identifier: MIT
/**
 * How likely a sampler is to draw a schedule that fails. Where chances depend on nothing but the
 * state, exactly, by dynamic programming over the state graph, as long as that is small enough: the
 * sum over failing paths of the product of their steps' chances. Of PCT, its bound.
 */
import { Machine, type System } from '../machine.ts';
import { type Fraction, fraction, ONE, plus, times, ZERO } from './fraction.ts';
import type { Profile } from './profile.ts';
import { depthOf, type Sampler, weightsOf } from './samplers.ts';
import type { Weights } from './weights.ts';

export type Chance =
  | { readonly kind: 'exactly'; readonly fraction: Fraction }
  /** If no run has more threads and steps than these, and one can fail at that depth. */
  | {
      readonly kind: 'at least';
      readonly fraction: Fraction;
      readonly depth: number;
      readonly threads: number;
      readonly steps: number;
    };

/** Null where the state graph is too large to know. */
export function chanceOfFailing(
  system: System,
  sampler: Sampler,
  profile: Profile,
  { maxStates }: { readonly maxStates: number },
): Chance | null {
  const depth = depthOf(sampler);
  if (depth !== null) {
    const { threads, steps } = profile;
    return { kind: 'at least', fraction: pctBound(profile, depth), depth, threads, steps };
  }
  const weights = weightsOf(sampler, profile);
  const exactly = weights === null ? null : byPaths(system, weights, maxStates);
  return exactly === null ? null : { kind: 'exactly', fraction: exactly };
}

/** 1 / (n k^(d-1)) */
export const pctBound = ({ threads, steps }: Profile, depth: number): Fraction =>
  fraction(1n, BigInt(threads) * BigInt(steps) ** BigInt(depth - 1));

function byPaths(system: System, start: Weights, maxStates: number): Fraction | null {
  const machine = new Machine(system.threads);
  // Weights depend on the steps that each thread has taken, and these are part of a state.
  const known = new Map<number, Fraction>();
  const failing = (weights: Weights): Fraction | null => {
    const state = machine.state();
    const before = known.get(state);
    if (before !== undefined) return before;
    if (known.size >= maxStates) return null;
    const moves = machine.moves();
    let sum = ZERO;
    if (moves.length === 0) sum = system.judge(machine.end()) === null ? ZERO : ONE;
    const threads = new Set(moves.map(({ thread }) => thread));
    const all = [...threads].reduce((total, thread) => total + weights.of(thread), 0);
    for (const move of moves) {
      const { thread, spawned, odds } = move;
      const made = spawned.map((child) => child.thread);
      machine.take(move);
      const below = failing(weights.after(thread, made));
      machine.undo();
      if (below === null) return null;
      const share = fraction(BigInt(weights.of(thread)), BigInt(all * odds));
      sum = plus(sum, times(share, below));
    }
    known.set(state, sum);
    return sum;
  };
  return failing(start);
}
