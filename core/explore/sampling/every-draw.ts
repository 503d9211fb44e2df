// SPDX-License-Identifier: MIT
/** For tests of samplers: what is drawn, in every way that it can be, each with its probability. */
import type { Draw } from './draw.ts';
import { type Fraction, fraction, ONE, plus, times, ZERO } from './fraction.ts';

interface Drawn {
  readonly below: number;
  value: number;
}

/** What `run` can come to, and how likely each is: what it draws is its only chance. */
export function distributionOf<T>(run: (draw: Draw) => T): Map<T, Fraction> {
  const likely = new Map<T, Fraction>();
  // The next run draws the same but for the last draw that has a value left.
  const drawn: Drawn[] = [];
  do {
    let at = 0;
    const outcome = run((below) => {
      const one = drawn[at++] ?? { below, value: 0 };
      drawn[at - 1] = one;
      return one.value;
    });
    const chances = drawn.map(({ below }) => fraction(1n, BigInt(below)));
    likely.set(outcome, plus(likely.get(outcome) ?? ZERO, chances.reduce(times, ONE)));
    toNext(drawn);
  } while (drawn.length > 0);
  return likely;
}

function toNext(drawn: Drawn[]): void {
  for (let last = drawn.at(-1); last !== undefined; last = drawn.at(-1)) {
    if (++last.value < last.below) return;
    drawn.pop();
  }
}

export const probabilityOf = (run: (draw: Draw) => boolean): Fraction =>
  distributionOf(run).get(true) ?? ZERO;
