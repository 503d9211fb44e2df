// SPDX-License-Identifier: MIT
/** What a scenario's judge expects of the results, and the sentence that says which was otherwise. */
import { fail, formatResult } from '../core/kernel/errno.ts';
import { formatSaid } from '../core/kernel/scenario.ts';
import type { Said } from '../core/kernel/syscall.ts';

export interface Expectation {
  /** For people: "101", "a number that nobody asked for". */
  readonly words: string;
  readonly holds: (result: number) => boolean;
}

export const exactly = (number: number): Expectation => ({
  words: formatResult(number),
  holds: (result) => result === number,
});

/** What a plain call gives: a number, and none of those that somebody asked for. */
export const plain = (...wanted: readonly number[]): Expectation => ({
  words: 'a number that nobody asked for',
  holds: (result) => result >= 0 && !wanted.includes(result),
});

export const refusal: Expectation = { words: 'an error', holds: (result) => result < 0 };

/** By the call, or by the mode of a file. */
export const denied: Expectation = {
  words: '-EPERM or -EACCES',
  holds: (result) => result === fail('EPERM') || result === fail('EACCES'),
};

/** The id is not to be had; the texts of 2009 say EBUSY. */
export const taken: Expectation = {
  words: '-EEXIST or -EBUSY',
  holds: (result) => result === fail('EEXIST') || result === fail('EBUSY'),
};

export const either = (...expected: readonly Expectation[]): Expectation => ({
  words: expected.map(({ words }) => words).join(' or '),
  holds: (result) => expected.some(({ holds }) => holds(result)),
});

/** The first of `rows` that is not as expected, as a sentence; null if all are. */
export function firstWrong(
  rows: readonly (readonly [what: string, said: Said | undefined, expected: Expectation])[],
): string | null {
  for (const [what, said, { words, holds }] of rows) {
    if (typeof said === 'number' && holds(said)) continue;
    return `${what} gave ${formatSaid(said)}, where ${words} belongs`;
  }
  return null;
}

/** One of the results of a program that returned several. */
export const part = (said: Said | undefined, index: number): number | undefined =>
  typeof said === 'object' ? said[index] : undefined;
