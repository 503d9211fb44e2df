// SPDX-License-Identifier: MIT
/** Exact probabilities, in lowest terms. */
export interface Fraction {
  readonly of: bigint;
  readonly in: bigint;
}

export const ZERO: Fraction = { of: 0n, in: 1n };
export const ONE: Fraction = { of: 1n, in: 1n };

export function fraction(numerator: bigint, denominator: bigint): Fraction {
  let [a, b] = [numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { of: numerator / a, in: denominator / a };
}

export const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.of * b.in + b.of * a.in, a.in * b.in);

export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.of * b.of, a.in * b.in);

/** To as many digits as doubles have, however large both numbers are. */
export function decimal({ of, in: all }: Fraction): number {
  const digits = 10n ** 15n;
  // Small ones keep their leading digits.
  let scale = 0;
  let numerator = of;
  while (numerator !== 0n && numerator * 10n < all) {
    numerator *= 10n;
    scale++;
  }
  return Number((numerator * digits) / all) / 1e15 / 10 ** scale;
}
