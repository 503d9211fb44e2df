// SPDX-License-Identifier: MIT
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** A whole number from 0 to `below` - 1, each equally likely. */
export type Draw = (below: number) => number;

export function drawsFrom(seed: number): Draw {
  const random = mersenne(seed);
  return (below) => uniformInt(random, 0, below - 1);
}
