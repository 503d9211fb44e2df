// SPDX-License-Identifier: MIT
/** The ways to draw a schedule, by name. */
import type { System } from '../machine.ts';
import type { Chooser } from './chooser.ts';
import { type Draw, drawsFrom } from './draw.ts';
import { pct } from './pct.ts';
import { type Profile, profileOf } from './profile.ts';
import { byWeights, EQUAL, remainingSteps, type Weights } from './weights.ts';

/** PCT has its depth in brackets. */
export type Sampler = 'random walk' | 'URW' | `PCT(${number})`;

/** The depth of PCT, or null. */
export function depthOf(sampler: Sampler): number | null {
  const depth = /^PCT\(([1-9]\d?)\)$/.exec(sampler)?.[1];
  if (depth !== undefined) return Number(depth);
  if (sampler === 'random walk' || sampler === 'URW') return null;
  throw new Error(`${sampler} is no sampler`);
}

/** Of samplers that look at nothing but where threads stand; null for PCT. */
export function weightsOf(sampler: Sampler, { below }: Profile): Weights | null {
  if (depthOf(sampler) !== null) return null;
  return sampler === 'URW' ? remainingSteps(below) : EQUAL;
}

/** For one run of threads of these names. */
export function chooserOf(
  sampler: Sampler,
  profile: Profile,
  threads: readonly string[],
  draw: Draw,
): Chooser {
  const depth = depthOf(sampler);
  if (depth !== null) return pct(threads, profile.steps, depth, draw);
  return byWeights(weightsOf(sampler, profile) ?? EQUAL, draw);
}

/** One walk may end early, in a deadlock or an error. */
const WALKS = 8;

/** The longest of a few random walks: exact where threads always take the same steps. */
export function profileByWalks(make: () => System, seed: number): Profile {
  let longest: Profile | null = null;
  for (let walk = 0; walk < WALKS; walk++) {
    const profile = profileOf(make(), byWeights(EQUAL, drawsFrom(seed + walk)));
    if (longest === null || profile.steps > longest.steps) longest = profile;
  }
  if (longest === null) throw new Error('no walk was made');
  return longest;
}
