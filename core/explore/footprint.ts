// SPDX-License-Identifier: MIT
/**
 * What a step depends on: not only the cells that it touches in the state in which it is taken, but
 * also those that it touches where another cell has another value. Without these, steps of others that
 * change such a cell would make it independent of a third one that it depends on before, and DPOR is
 * unsound: in the words of "Optimal Dynamic Partial Order Reduction" (POPL 2014), section 4, the
 * happens-before assignment would not be valid (property 7).
 *
 * What a cell's own value decides needs no such care, as whoever changes it is in a race as it is: a
 * compare-and-swap that fails stays a read.
 */
import type { Read } from './decision.ts';

/** By number of memory. */
export interface Cells {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** Of one step of a thread, by all ways that are known of it. */
export class Footprint {
  private readonly reads = new Set<number>();
  /** Cells that are written by a way that does not look at them. */
  private readonly unseen = new Set<number>();
  /** Cells that are written by a way that looks at them, and their values there. */
  private readonly seen = new Map<number, Set<number>>();

  /** One more way; whether it tells something new of the others. */
  add(log: readonly Read[], writes: readonly number[]): boolean {
    const before = this.size();
    const values = new Map(log.map(({ cell, number }) => [cell, number]));
    for (const cell of values.keys()) this.reads.add(cell);
    for (const cell of writes) {
      const value = values.get(cell);
      if (value === undefined) this.unseen.add(cell);
      else this.seen.set(cell, (this.seen.get(cell) ?? new Set()).add(value));
    }
    return this.size() > before;
  }

  private size(): number {
    let size = this.reads.size + this.unseen.size;
    for (const values of this.seen.values()) size += values.size;
    return size;
  }

  /** Of a way that was added. */
  of(log: readonly Read[]): Cells {
    const values = new Map(log.map(({ cell, number }) => [cell, number]));
    const writes = [...this.unseen];
    for (const [cell, at] of this.seen) {
      const value = values.get(cell);
      if (value === undefined || at.has(value)) writes.push(cell);
    }
    return { reads: [...this.reads], writes };
  }
}
