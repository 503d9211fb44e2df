// SPDX-License-Identifier: MIT
/** Lane host, timed: what is measured of a stock kernel. */
import type { Interval } from '../statistics/signed-rank.ts';

/** A figure, or why it is none. */
export type Figure =
  | ({ readonly kind: 'measured' } & Interval)
  /** The interval says nothing, or the same thing measured twice differs. */
  | { readonly kind: 'noisy' };

export interface SubjectRow {
  readonly name: string;
  readonly does: string;
  /** How often it takes the null call's time. */
  readonly nullCalls: Figure;
  readonly ns: Figure;
  /** Against itself: half of the interval's width, as a share, and whether it shows no difference. */
  readonly itself: { readonly halfWidth: number; readonly isSame: boolean } | null;
  /** Nanoseconds of the loop without its calls, which are subtracted, of one operation. */
  readonly emptyNs: number;
}

export interface ExperimentRow {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** What `to` takes beyond `from`. */
  readonly nullCalls: Figure;
  readonly ns: Figure;
}
