// SPDX-License-Identifier: MIT
/**
 * What else says "slower" of two series of times, for docs/gate.md to compare with. With some seventy
 * of each, t and U are as good as normal.
 */
import { mean, median, sampleVariance, wilcoxonRankSum } from 'simple-statistics';

export const USUAL = ['threshold', 'Welch', 'Mann-Whitney'] as const;
export type Usual = (typeof USUAL)[number];

/** Half of what is looked for. */
export const THRESHOLD = 0.015;
/** Of a normal distribution: 5 % are beyond it, on both sides. */
const LIMIT = 1.96;

export const isSlowerBy: Readonly<
  Record<Usual, (base: readonly number[], candidate: readonly number[]) => boolean>
> = {
  threshold: (base, candidate) => median([...candidate]) > (1 + THRESHOLD) * median([...base]),
  Welch: (base, candidate) => {
    const variance =
      sampleVariance([...base]) / base.length + sampleVariance([...candidate]) / candidate.length;
    return mean([...candidate]) - mean([...base]) > LIMIT * Math.sqrt(variance);
  },
  'Mann-Whitney': (base, candidate) => {
    const [n, m] = [candidate.length, base.length];
    const u = wilcoxonRankSum([...candidate], [...base]) - (n * (n + 1)) / 2;
    return u - (n * m) / 2 > LIMIT * Math.sqrt((n * m * (n + m + 1)) / 12);
  },
};
