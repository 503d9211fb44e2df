// SPDX-License-Identifier: MIT
/**
 * When one version is slower than another. docs/gate.md says it in prose, with what was measured of it.
 * Of each block there is one difference, candidate less base, of logarithms; where it lies is what
 * Hodges and Lehmann's interval says, which is exact and draws nothing: the same data give the same
 * verdict.
 */
import { hodgesLehmann, type Interval } from '../statistics/signed-rank.ts';

/** Of the interval: it errs in either direction once in two hundred. */
export const CONFIDENCE = 0.99;
/** What is less is no regression, though it be real. */
export const LEAST_EFFECT = 0.01;
/** Of the interval: as many blocks are played as it takes. */
export const HALF_WIDTH = 0.0075;
/** At least, then so many more each time, and at most. */
export const BLOCKS = { least: 24, step: 8, most: 192 };

/** In logarithms, of which a hundredth is 1 %. */
export type Ratio = Interval;

export type Verdict = 'slower' | 'faster' | 'same' | 'noisy';

export interface Judgement {
  readonly verdict: Verdict;
  /** Null where there are too few blocks for any. */
  readonly ratio: Ratio | null;
}

const margin = Math.log1p(LEAST_EFFECT);

/** @param differences of each block, in logarithms */
export function judge(differences: readonly number[]): Judgement {
  const ratio = hodgesLehmann(differences, CONFIDENCE);
  if (ratio === null || !isNarrow(ratio)) return { verdict: 'noisy', ratio };
  if (ratio.low > margin) return { verdict: 'slower', ratio };
  if (ratio.high < -margin) return { verdict: 'faster', ratio };
  return { verdict: 'same', ratio };
}

/** By its width alone: to stop at what pleases would make false alarms. */
const isNarrow = ({ low, high }: Ratio): boolean => (high - low) / 2 <= HALF_WIDTH;

/** A difference stands if a second round, of blocks of its own, says so too. */
export const confirmed = (first: Verdict, second: Verdict): Verdict =>
  first === second ? first : 'noisy';
