// SPDX-License-Identifier: MIT
/** A search that ended for want of budget; its message says of what. */
export class BudgetSpent extends Error {}
