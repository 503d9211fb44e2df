// SPDX-License-Identifier: MIT
/**
 * What comes of a step, by what it reads: every way that was recorded, found by looking at contested
 * cells alone. All else that a thread reads is given by where it stands.
 */
import { type Decision, decide, inserted, type Read } from './decision.ts';
import type { Memory } from './memory.ts';

export interface Way<T> {
  readonly log: readonly Read[];
  readonly end: T;
}

export class Ways<T> {
  private readonly memory: Memory;
  private readonly recorded: Way<T>[] = [];
  private decision: Decision<T> | undefined;
  /** How many cells were contested when the decision was made. */
  private contests = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** What comes of it in the memory as it is, or null if that was never recorded. */
  find(): T | null {
    if (this.contests !== this.memory.contests) this.decideAnew();
    return decide(this.decision, this.memory.now);
  }

  /** All that was recorded, in that order. */
  all(): readonly Way<T>[] {
    return this.recorded;
  }

  /** False where what was read leads elsewhere already. */
  add(log: readonly Read[], end: T): boolean {
    this.recorded.push({ log, end });
    return this.contests === this.memory.contests ? this.insert({ log, end }) : this.decideAnew();
  }

  private decideAnew(): boolean {
    this.contests = this.memory.contests;
    this.decision = undefined;
    return this.recorded.every((way) => this.insert(way));
  }

  private insert({ log, end }: Way<T>): boolean {
    const contested = log.filter(({ cell }) => this.memory.isContested(cell));
    const decision = inserted(this.decision, contested, end);
    this.decision = decision ?? this.decision;
    return decision !== null;
  }
}
