// SPDX-License-Identifier: MIT
/** A share of a list of work, for whoever does the rest elsewhere: every nth, so that all are alike. */
export interface Share {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Share = { index: 0, of: 1 };

export const shareOf = <T>(items: readonly T[], { index, of }: Share): T[] =>
  items.filter((_, nth) => nth % of === index);

/** All shares of a list, put together again. */
export function interleaved<T>(shares: readonly (readonly T[])[]): T[] {
  const count = shares.reduce((sum, share) => sum + share.length, 0);
  return Array.from({ length: count }, (_, nth) => {
    const item = shares[nth % shares.length]?.[Math.floor(nth / shares.length)];
    if (item === undefined) throw new RangeError('a share is shorter than it can be');
    return item;
  });
}

/** "2/5", or null. */
export function parseShare(text: string): Share | null {
  const [, nth, of] = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  if (nth === undefined || Number(nth) > Number(of)) return null;
  return { index: Number(nth) - 1, of: Number(of) };
}
