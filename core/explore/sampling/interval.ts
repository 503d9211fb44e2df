// SPDX-License-Identifier: MIT
/**
 * What an observed rate says of a probability: the interval of Clopper and Pearson (1934), which
 * holds the true one in at least `confidence` of all samples, however few runs there are.
 */
import { bisect, gammaln } from 'simple-statistics';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export function intervalOf(failing: number, runs: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    // The least at which so many would still be seen now and then, and the most at which so few.
    low: failing === 0 ? 0 : where((p) => 1 - atMost(failing - 1, runs, p) - tail),
    high: failing === runs ? 1 : where((p) => atMost(failing, runs, p) - tail),
  };
}

const STEPS = 100;
const CLOSE = 1e-9;

const where = (difference: (p: number) => number): number => bisect(difference, 0, 1, STEPS, CLOSE);

/** Of `runs` that each fail with probability `p`, that no more than `most` do. */
function atMost(most: number, runs: number, p: number): number {
  if (p === 0) return 1;
  if (p === 1) return most >= runs ? 1 : 0;
  let sum = 0;
  for (let k = 0; k <= most; k++) {
    const ways = gammaln(runs + 1) - gammaln(k + 1) - gammaln(runs - k + 1);
    sum += Math.exp(ways + k * Math.log(p) + (runs - k) * Math.log1p(-p));
  }
  return sum;
}
