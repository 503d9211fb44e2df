// SPDX-License-Identifier: MIT
/**
 * Where paired differences lie: the estimate of J. L. Hodges and E. L. Lehmann (1963), the median of
 * their Walsh averages, with the confidence interval of Wilcoxon's signed-rank test, by its exact
 * distribution. No resampling, so the same data give the same answer; all that is assumed is that
 * differences are symmetric about what is asked for, and independent.
 */
import { median } from 'simple-statistics';

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param differences one of each block
 * @param confidence least chance that the interval covers, such as 0.99
 * @returns null where there are too few for such a confidence
 */
export function hodgesLehmann(differences: readonly number[], confidence: number): Interval | null {
  const rank = rankWithin(differences.length, (1 - confidence) / 2);
  if (rank === 0) return null;
  const averages = walshAverages(differences);
  const [low, high] = [averages[rank - 1], averages[averages.length - rank]];
  if (low === undefined || high === undefined) return null;
  return { estimate: median([...averages]), low, high };
}

/** Of each with each and itself, sorted. */
function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2);
  let at = 0;
  for (const [index, one] of values.entries()) {
    for (const other of values.slice(index)) averages[at++] = (one + other) / 2;
  }
  return averages.sort();
}

/** The largest k with P(W < k) at most `tail`, W being the signed-rank statistic of `count`. */
function rankWithin(count: number, tail: number): number {
  let chances = [1];
  for (let rank = 1; rank <= count; rank++) {
    chances = Array.from(
      { length: chances.length + rank },
      (_, sum) => ((chances[sum] ?? 0) + (chances[sum - rank] ?? 0)) / 2,
    );
  }
  let below = 0;
  let rank = 0;
  for (const chance of chances) {
    below += chance;
    if (below > tail) break;
    rank++;
  }
  return rank;
}
