// SPDX-License-Identifier: MIT
/**
 * A set of threads over memory, at one state, that can take a step and undo it. The memory is the
 * cells themselves; what a step wrote over is kept until it is undone, last step first. Cells have
 * their values of the state where an end is asked for, and again once every step is undone.
 */
import { meet } from './memory.ts';
import type { Move, Position, Touched, Waits } from './move.ts';
import type { Schedule } from './schedule.ts';
import { StateTable } from './state-table.ts';
import type { Thread } from './thread.ts';
import { Trie } from './trie.ts';

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

const SEVERAL = -1;

export class Machine {
  private readonly trie = new Trie();
  /** By number of the thread. */
  private readonly positions: (Position | undefined)[] = [];
  /** Numbers of the threads that are there, by name. */
  private order: readonly number[];
  private readonly table = new StateTable();
  private readonly vector: number[] = [];
  /** Steps that were taken, and the numbers that each wrote over; what is beyond is left over. */
  private readonly taken: Move[] = [];
  private steps = 0;
  private readonly overwritten: number[] = [];
  private writes = 0;
  /** By cell, in the run so far: the thread that wrote it, and one more; SEVERAL, or 0 for nobody. */
  private readonly writers: number[] = [];
  /** The same of each cell that was written over, as it was before. */
  private readonly writersBefore: number[] = [];
  /** Where a step made threads: the order before. */
  private readonly orders: (readonly number[])[] = [];

  constructor(threads: readonly Thread[]) {
    const roots = threads.map((thread) => this.trie.root(thread));
    this.order = this.joined([], roots);
  }

  /** Every thread, by name, wherever it stands: also those that wait, and those that are done. */
  standing(): readonly Position[] {
    return this.order.flatMap((number) => this.positions[number] ?? []);
  }

  /** Steps that can be taken now, by name of the thread: for each, every alternative. */
  moves(): Move[] {
    const moves: Move[] = [];
    moves.length = this.movesInto(moves);
    return moves;
  }

  /** The same, into a list that is there, which may have more from before; how many there are. */
  movesInto(moves: Move[]): number {
    const { order, positions, trie } = this;
    let count = 0;
    for (let at = 0; at < order.length; at++) {
      const position = positions[order[at] ?? 0];
      if (position === undefined || position.end !== null) continue;
      const move = trie.next(position);
      if (move.next === null) continue;
      moves[count++] = move;
      for (let choice = 1; choice < move.alternatives.length; choice++) {
        const other = trie.next(position, choice);
        if (other.next !== null) moves[count++] = other;
      }
    }
    return count;
  }

  /** Threads that wait, with what they look at. */
  waiting(): Waits[] {
    const waiting: Waits[] = [];
    for (const number of this.order) {
      const position = this.positions[number];
      if (position === undefined || position.end !== null) continue;
      const next = this.trie.next(position);
      if (next.next === null) waiting.push(next);
    }
    return waiting;
  }

  /** How often it was found that a step depends on more than was known. */
  get growths(): number {
    return this.trie.growths;
  }

  /** Whether a step of another thread, of those that are known, could depend on it. */
  isContested({ reads, writes }: Touched): boolean {
    const { contested } = this.trie.memory;
    return meet(reads, contested) || meet(writes, contested);
  }

  take(move: Move): void {
    const { memory } = this.trie;
    const { cells, numbers, spawned } = move;
    this.taken[this.steps++] = move;
    this.positions[move.from.number] = move.next;
    if (spawned.length > 0) {
      this.orders.push(this.order);
      this.order = this.joined(this.order, spawned);
    }
    const writer = move.from.number + 1;
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at] ?? 0;
      const before = this.writers[cell] ?? 0;
      this.overwritten[this.writes] = memory.now[cell] ?? 0;
      this.writersBefore[this.writes++] = before;
      this.writers[cell] = before === 0 || before === writer ? writer : SEVERAL;
      memory.put(cell, numbers[at] ?? 0);
    }
  }

  /** How many steps were taken, and not undone. */
  get depth(): number {
    return this.steps;
  }

  /** What led here. */
  schedule(): Schedule {
    return this.taken.slice(0, this.steps).map(({ name }) => name);
  }

  /** Where a search ends early: the cells belong to the caller. */
  undoTo(depth: number): void {
    while (this.steps > depth) this.undo();
  }

  /** The last step that was taken, and not undone. */
  undo(): void {
    const { memory } = this.trie;
    const move = this.steps > 0 ? this.taken[--this.steps] : undefined;
    if (move === undefined) throw new Error('there is no step to be undone');
    const { cells, spawned } = move;
    for (let at = cells.length - 1; at >= 0; at--) {
      const cell = cells[at] ?? 0;
      memory.put(cell, this.overwritten[--this.writes] ?? 0);
      this.writers[cell] = this.writersBefore[this.writes] ?? 0;
    }
    if (spawned.length > 0) {
      this.order = this.orders.pop() ?? [];
      for (const { number } of spawned) this.positions[number] = undefined;
    }
    this.positions[move.from.number] = move.from;
    if (this.steps === 0) memory.settle();
  }

  private joined(order: readonly number[], more: readonly Position[]): readonly number[] {
    for (const position of more) this.positions[position.number] = position;
    const name = (number: number) => this.positions[number]?.thread ?? '';
    const all = [...order, ...more.map(({ number }) => number)];
    return all.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  /**
   * A number that equal states have in common: the first state to be numbered has 0, and so on. Where
   * threads stand is all that they have read, and so all that each has written. It leaves open the
   * order of what several have written, and nothing else.
   */
  state(): number {
    const { vector, order, positions, writers } = this;
    const { now, fought } = this.trie.memory;
    let at = 0;
    for (let slot = 0; slot < order.length; slot++) {
      vector[at++] = positions[order[slot] ?? 0]?.id ?? -1;
    }
    // Threads are never taken for cells, as positions of as many threads are elsewhere.
    vector[at++] = -1;
    let end = at;
    for (let nth = 0; nth < fought.length; nth++) {
      const cell = fought[nth] ?? 0;
      const number = writers[cell] === SEVERAL ? (now[cell] ?? 0) : 0;
      vector[at++] = number;
      if (number !== 0) end = at;
    }
    // Cells that were first fought over after another state was numbered were not fought over there.
    vector.length = end;
    return this.table.number(vector);
  }

  /** @throws NondeterminismError if a thread, run again, does something else. */
  verifyDeterminism(): void {
    this.trie.verify();
  }

  /** Where nobody can take a step: how it ended. */
  end(): End {
    this.trie.memory.settle();
    const results = new Map<string, unknown>();
    const blocked: { thread: string; why: string }[] = [];
    for (const { thread, end, block } of this.standing()) {
      if (end !== null) results.set(thread, end.result);
      else if (block !== null && block.idle !== true) blocked.push({ thread, why: block.why });
    }
    return { results, blocked };
  }
}
