// SPDX-License-Identifier: MIT
/**
 * A set of threads over memory, at one state, that can take a step and undo it. The memory is the
 * cells themselves; what a step wrote over is kept until it is undone, last step first.
 */
import { StateTable } from './state-table.ts';
import type { Thread } from './thread.ts';
import { type Outcome, type Position, type Touched, Trie } from './trie.ts';

/** How a run ended: everybody is done, or some wait for ever. */
export interface End {
  readonly results: ReadonlyMap<string, unknown>;
  readonly blocked: readonly { readonly thread: string; readonly why: string }[];
}

/** What is explored: threads, and what must hold when they are done. */
export interface System {
  readonly threads: readonly Thread[];
  /** Null if all is well at this end, or what is wrong. Reads cells, writes none. */
  judge(end: End): string | null;
}

export class Machine {
  private readonly trie = new Trie();
  /** By name of the thread. */
  private positions: Position[];
  private readonly table = new StateTable();
  private readonly vector: number[] = [];
  /** Of each step that was taken: what it was, who took it from where, and what it wrote over. */
  private readonly outcomes: Outcome[] = [];
  private readonly slots: number[] = [];
  private readonly from: Position[] = [];
  private readonly overwritten: number[] = [];
  /** Where a step made threads: the positions before. */
  private readonly before: (Position[] | null)[] = [];

  constructor(threads: readonly Thread[]) {
    this.positions = sorted(threads.map((thread) => this.trie.root(thread)));
  }

  /** Every thread, by name, wherever it stands: also those that wait, and those that are done. */
  standing(): readonly Position[] {
    return this.positions;
  }

  canStep(position: Position): boolean {
    if (position.end !== null) return false;
    const { block } = position;
    return block === null || this.trie.condition(position, block).holds;
  }

  /** Threads that can take a step now, by name. */
  enabled(): readonly Position[] {
    return this.positions.filter((position) => this.canStep(position));
  }

  position(thread: string): Position | undefined {
    return this.positions.find((position) => position.thread === thread);
  }

  /** What a thread that can go on would do next, not yet done. */
  peek(position: Position): Outcome {
    return this.trie.step(position);
  }

  /** Cells that a thread's waiting depends on, in the state as it is; null if it does not wait. */
  condition(position: Position): Touched['reads'] | null {
    const { block } = position;
    return block === null ? null : this.trie.condition(position, block).reads;
  }

  take(position: Position): Outcome {
    const { memory } = this.trie;
    const outcome = this.trie.step(position);
    const slot = this.positions.indexOf(position);
    this.outcomes.push(outcome);
    this.slots.push(slot);
    this.from.push(position);
    const { cells, numbers, spawned } = outcome;
    if (spawned.length > 0) {
      this.before.push(this.positions);
      const positions = this.positions.with(slot, outcome.next);
      this.positions = sorted([...positions, ...spawned]);
    } else {
      this.before.push(null);
      this.positions[slot] = outcome.next;
    }
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at] ?? 0;
      this.overwritten.push(memory.now[cell] ?? 0);
      memory.set(cell, numbers[at] ?? 0);
    }
    return outcome;
  }

  /** The last step that was taken, and not undone. */
  undo(): void {
    const { memory } = this.trie;
    const outcome = this.outcomes.pop();
    const position = this.from.pop();
    const slot = this.slots.pop();
    const before = this.before.pop();
    if (outcome === undefined || position === undefined || slot === undefined) {
      throw new Error('there is no step to be undone');
    }
    if (before != null) this.positions = before;
    else this.positions[slot] = position;
    for (let at = outcome.cells.length - 1; at >= 0; at--) {
      memory.set(outcome.cells[at] ?? 0, this.overwritten.pop() ?? 0);
    }
  }

  /** A number that equal states have in common: the first state to be numbered has 0, and so on. */
  state(): number {
    const { vector, positions } = this;
    const { now } = this.trie.memory;
    // Cells that were first seen after another state was numbered have number 0 there.
    let length = now.length;
    while (length > 0 && now[length - 1] === 0) length--;
    vector.length = 0;
    for (const { id } of positions) vector.push(id);
    // Threads are never taken for cells, as positions of as many threads are elsewhere.
    vector.push(-1);
    for (let cell = 0; cell < length; cell++) vector.push(now[cell] ?? 0);
    return this.table.number(vector);
  }

  /** @throws NondeterminismError if a thread, run again, does something else. */
  verifyDeterminism(): void {
    this.trie.verify();
  }

  /** Where nothing is enabled: how it ended. */
  end(): End {
    const results = new Map<string, unknown>();
    const blocked: { thread: string; why: string }[] = [];
    for (const { thread, end, block } of this.positions) {
      if (end !== null) results.set(thread, end.result);
      else if (block !== null && block.idle !== true) blocked.push({ thread, why: block.why });
    }
    return { results, blocked };
  }
}

const sorted = (positions: Position[]): Position[] =>
  positions.sort((a, b) => (a.thread < b.thread ? -1 : 1));
