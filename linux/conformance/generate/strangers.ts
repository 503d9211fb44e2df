// SPDX-License-Identifier: MIT
/** A child that becomes another user, to whom the objects of its parent may be forbidden. */
import type { Kind } from './builder.ts';

const stranger: Kind = (b) => {
  if (b.isFull || !b.once(2)) return undefined;
  const { child } = b.child(0);
  b.also(['fork', [], { child }]);
  if (b.once(2)) b.also(['setgid', [b.of([1000, 1001])]], child);
  b.also(['setuid', [b.of([1000, 1000, 1001])]], child);
  return undefined;
};

export const STRANGERS: readonly Kind[] = [stranger, stranger];
