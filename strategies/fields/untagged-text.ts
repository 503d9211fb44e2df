// SPDX-License-Identifier: MIT
/**
 * The text of April 2008: `LONG XX` for one value, `LONG<n> X0 ... X<n-1>` for several, which are
 * there for nested pid namespaces. The word leaves room for other types; what the value is for, it
 * does not say. In which order levels come is not specified: innermost first here, as everywhere.
 */
import { MAX_WANT_VALUES, type Want } from '../../core/kernel/directed.ts';

export const formatUntagged = ({ values }: Want): string =>
  `LONG${values.length === 1 ? '' : values.length} ${values.join(' ')}`;

/** The values of a text, or null. One line feed at the end is allowed, as echo adds. */
export function parseUntagged(text: string): readonly number[] | null {
  const match = /^LONG([1-9]\d{0,4})?((?: \d{1,16})+)\n?$/.exec(text);
  const [, count = '1', rest] = match ?? [];
  if (rest === undefined) return null;
  const values = rest.trim().split(' ').map(Number);
  return values.length === Number(count) && values.length <= MAX_WANT_VALUES ? values : null;
}
