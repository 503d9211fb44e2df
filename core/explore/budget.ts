// SPDX-License-Identifier: MIT
/** What a search may take, and what it says on the way. */

/** A search that ended before it had seen all; its message says why. */
export class BudgetSpent extends Error {}

export type Unit = 'states' | 'executions';

/** For whoever waits for a search: asked and told now and then. */
export interface Watch {
  /**
   * @param share of the whole search that is done, from 0 to 1: an estimate, in which the branches
   * of a state are taken to be equally large; null where nothing is known but the budget
   */
  readonly onProgress?: (done: number, what: Unit, share: number | null) => void;
  /** Why the search should end here, or null. */
  readonly halt?: () => string | null;
}

/** Some tenths of a second's work. */
const ASK_EVERY = 2000;

/** Counts what a search does, and ends it. */
export class Meter {
  done = 0;
  private readonly most: number;
  private readonly what: Unit;
  private share: number | null;
  private readonly watch: Watch;

  constructor(most: number, what: Unit, share: number | null, watch: Watch) {
    this.most = most;
    this.what = what;
    this.share = share;
    this.watch = watch;
  }

  /** @throws BudgetSpent */
  count(): void {
    if (this.done >= this.most) throw new BudgetSpent(`more than ${this.most} ${this.what}`);
    this.done++;
    if (this.done % ASK_EVERY !== 0) return;
    this.watch.onProgress?.(this.done, this.what, this.share);
    const why = this.watch.halt?.() ?? null;
    if (why !== null) throw new BudgetSpent(why);
  }

  /** So much more of the whole search is done. */
  finished(share: number): void {
    if (this.share !== null) this.share += share;
  }
}
