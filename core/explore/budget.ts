// SPDX-License-Identifier: MIT
/** A search that ended for want of budget; its message says of what. */
export class BudgetSpent extends Error {}

/** Told now and then how much was done. */
export type OnProgress = (done: number, what: 'states' | 'executions') => void;

/** A second's work or so. */
export const PROGRESS_EVERY = 20_000;
