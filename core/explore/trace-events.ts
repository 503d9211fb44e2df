// SPDX-License-Identifier: MIT
/**
 * The events of the execution that a search is in, and which happens before which, by vector
 * clocks: of each thread, how many of its first events happen before an event, itself included.
 */

import type { Move, Touched } from './move.ts';
import { Pairs } from './pairs.ts';

export interface Event {
  readonly thread: string;
  /** How many events of its thread came before it. */
  readonly ordinal: number;
  readonly touched: Touched;
  /** Could it have been blocked, or gone another way? Then orders are in no closed form. */
  readonly isBound: boolean;
  /** By thread, how many of its first events happen before this one, itself included. */
  clock(): ReadonlyMap<string, number>;
  /** Index of the event that made its thread, null where that was there from the start. */
  readonly maker: number | null;
}

/** Threads that a clock has room for. */
export const MOST_THREADS = 31;
const ROW = 32;

export class Events {
  /** Of the step that was asked about last: how many events it races with. */
  races = 0;
  private readonly racing: number[] = [];
  private readonly depends: Pairs<Touched>;
  private readonly isContested: (touched: Touched) => boolean;
  private count = 0;
  private readonly moves: Move[] = [];
  private readonly threads: number[] = [];
  private readonly ordinals: number[] = [];
  /** A row for each event, and one more for the step that is asked about. */
  private clocks = new Int32Array(64 * ROW);
  /** Columns in use. */
  private width = 0;
  /** By thread, its last event, or that which made it; -1 where there is none. */
  private readonly last: number[] = [];
  /** Of each event, what was the last of its thread before. */
  private readonly before: number[] = [];
  private readonly kept: number[] = [];

  /** @param isContested false of what no step of another thread depends on */
  constructor(
    dependent: (a: Touched, b: Touched) => boolean,
    isContested: (touched: Touched) => boolean,
  ) {
    this.depends = new Pairs(dependent);
    this.isContested = isContested;
  }

  /** The step that was asked about is taken. */
  push(move: Move): void {
    const { clocks, count } = this;
    const thread = move.from.number;
    const own = count * ROW + thread;
    const ordinal = clocks[own] ?? 0;
    clocks[own] = ordinal + 1;
    this.moves[count] = move;
    this.threads[count] = thread;
    this.ordinals[count] = ordinal;
    this.before[count] = this.last[thread] ?? -1;
    this.last[thread] = count;
    for (const { number } of move.spawned) {
      this.widen(number);
      this.last[number] = count;
    }
    this.count = count + 1;
  }

  pop(): void {
    const count = this.count - 1;
    const move = this.moves.pop();
    if (move === undefined) throw new Error('there is no event to be undone');
    for (const { number } of move.spawned) this.last[number] = -1;
    this.last[move.from.number] = this.before[count] ?? -1;
    this.count = count;
  }

  /**
   * Asks which events a step of `thread` races with, and what happens before it: it depends on them
   * and nothing in between makes it come later, nor does its own thread; or `all` that it depends on
   * but by its own thread. With `races` of 'last', only the last of them.
   */
  meets(thread: number, touched: Touched, all: boolean, races: 'all' | 'last'): void {
    this.widen(thread);
    const { clocks, count, width, threads, ordinals, racing, moves, depends } = this;
    const row = count * ROW;
    const own = (this.last[thread] ?? -1) * ROW;
    if (own < 0) clocks.fill(0, row, row + width);
    else clocks.copyWithin(row, own, own + width);
    this.races = 0;
    if (!this.isContested(touched)) return;
    let found = 0;
    for (let at = count - 1; at >= 0; at--) {
      const move = moves[at];
      if (move === undefined || !depends.has(move.touched, touched)) continue;
      const other = threads[at] ?? 0;
      if (other === thread) continue;
      const ordinal = ordinals[at] ?? 0;
      if (own >= 0 && (clocks[own + other] ?? 0) > ordinal) continue;
      const isCovered = (clocks[row + other] ?? 0) > ordinal;
      if (isCovered && !all) continue;
      if (found === 0 || races === 'all') racing[found++] = at;
      if (!isCovered) this.join(row, at * ROW);
    }
    this.races = found;
  }

  /** Index of one of the events that the step races with, the last first. */
  race(nth: number): number {
    return this.racing[nth] ?? 0;
  }

  /**
   * Of the events behind `at` that it does not happen before, and the racing step after them: the
   * threads that could begin, a bit each.
   */
  initialsWithout(at: number, racer: number): number {
    const { threads, kept, count } = this;
    let begins = 0;
    let seen = 0;
    let length = 0;
    for (let other = at + 1; other < count; other++) {
      if (this.isBefore(at, other)) continue;
      const thread = 1 << (threads[other] ?? 0);
      if ((seen & thread) === 0 && !this.anyBefore(kept, length, other)) begins |= thread;
      seen |= thread;
      kept[length++] = other;
    }
    const isFirst = (seen & (1 << racer)) === 0;
    return isFirst && !this.anyBefore(kept, length, count) ? begins | (1 << racer) : begins;
  }

  /** Good for as long as no event is undone. */
  list(): readonly Event[] {
    const makers = new Map<number, number>();
    return this.moves.map(({ thread, touched, from, alternatives, spawned }, at) => {
      for (const { number } of spawned) makers.set(number, at);
      return {
        thread,
        ordinal: this.ordinals[at] ?? 0,
        touched,
        isBound: from.block !== null || alternatives.length > 1,
        maker: makers.get(from.number) ?? null,
        clock: () => this.clockOf(at),
      };
    });
  }

  private clockOf(at: number): ReadonlyMap<string, number> {
    const clock = new Map<string, number>();
    for (const { thread, from } of this.moves) {
      const events = this.clocks[at * ROW + from.number] ?? 0;
      if (events > 0) clock.set(thread, events);
    }
    return clock;
  }

  /** Does event `at` happen before what is in row `other`? */
  private isBefore(at: number, other: number): boolean {
    return (this.clocks[other * ROW + (this.threads[at] ?? 0)] ?? 0) > (this.ordinals[at] ?? 0);
  }

  private anyBefore(events: readonly number[], length: number, other: number): boolean {
    for (let n = 0; n < length; n++) if (this.isBefore(events[n] ?? 0, other)) return true;
    return false;
  }

  private join(into: number, from: number): void {
    const { clocks, width } = this;
    for (let thread = 0; thread < width; thread++) {
      const events = clocks[from + thread] ?? 0;
      if (events > (clocks[into + thread] ?? 0)) clocks[into + thread] = events;
    }
  }

  /** Room for a thread, and for the next row. What no row had a column for happens before nothing. */
  private widen(thread: number): void {
    if (thread >= this.width) this.width = thread + 1;
    if ((this.count + 2) * ROW <= this.clocks.length) return;
    const larger = new Int32Array(2 * this.clocks.length);
    larger.set(this.clocks);
    this.clocks = larger;
  }
}
