// SPDX-License-Identifier: MIT
/**
 * Makes a failing program a true local minimum: without any one of its parts it does not fail.
 * fast-check's own shrinking gets near, and stops where a later part can go only by itself.
 */

export function shorten<P>(
  program: P,
  smaller: (program: P) => Iterable<P>,
  fails: (program: P) => boolean,
): P {
  for (const candidate of smaller(program)) {
    if (fails(candidate)) return shorten(candidate, smaller, fails);
  }
  return program;
}

/** A list with one element less, or one element replaced by something smaller. */
export function* smallerList<T>(
  list: readonly T[],
  smaller: (element: T) => Iterable<T>,
): Generator<readonly T[]> {
  for (const at of list.keys()) yield list.toSpliced(at, 1);
  for (const [at, element] of list.entries()) {
    for (const other of smaller(element)) yield list.with(at, other);
  }
}
