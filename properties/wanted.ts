// SPDX-License-Identifier: MIT
/**
 * The id that scenarios ask for. A kernel that gives out its own numbers from the bottom does not come
 * to it, at any size that a scenario has: a plain call that gives it was given somebody else's.
 */
export const WANTED = 3011;
