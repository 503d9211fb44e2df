// SPDX-License-Identifier: MIT
/**
 * The events of the execution that a search is in, and which happens before which, by vector
 * clocks: of each thread, how many of its first events happen before an event, itself included.
 */
import type { Position, Touched } from './trie.ts';

export interface Event {
  readonly thread: string;
  /** How many events of its thread came before it. */
  readonly ordinal: number;
  readonly touched: Touched;
  /** Could it have been blocked? */
  readonly blocks: boolean;
  readonly clock: ReadonlyMap<string, number>;
  /** Index of the event that made its thread, null where that was there from the start. */
  readonly maker: number | null;
}

type Clock = number[];
type Dependent = (a: Touched, b: Touched) => boolean;

/** A step that is not taken yet, and what it races with. */
export interface Racing {
  readonly thread: number;
  /** What happens before it. */
  readonly clock: readonly number[];
  readonly events: readonly number[];
}

const NONE: Clock = [];

export class Events {
  /** By number of the thread. */
  private readonly names: string[] = [];
  private readonly own: Clock[][] = [];
  private readonly threads: number[] = [];
  private readonly ordinals: number[] = [];
  private readonly touched: Touched[] = [];
  private readonly blocks: boolean[] = [];
  private readonly clocks: Clock[] = [];
  /** Of each event, the threads that it made, if any. */
  private readonly made: (number[] | null)[] = [];

  /** @param before what happens before it, as `racing` finds it */
  push(
    { number: thread, thread: name, block }: Position,
    touched: Touched,
    before: Racing['clock'],
  ): void {
    const clock = before.slice();
    const ordinal = clock[thread] ?? 0;
    raise(clock, thread, ordinal + 1);
    this.names[thread] = name;
    this.threads.push(thread);
    this.ordinals.push(ordinal);
    this.touched.push(touched);
    this.blocks.push(block !== null);
    this.clocks.push(clock);
    this.owned(thread).push(clock);
    this.made.push(null);
  }

  /** The last event made a thread, all of whose events it happens before. */
  born({ number: thread }: Position): void {
    this.owned(thread).push(this.clocks.at(-1) ?? NONE);
    const last = this.made.length - 1;
    this.made[last] = [...(this.made[last] ?? []), thread];
  }

  pop(): void {
    const thread = this.threads.pop();
    const made = this.made.pop();
    if (made != null) for (const one of made) this.own[one]?.pop();
    if (thread !== undefined) this.own[thread]?.pop();
    this.ordinals.pop();
    this.touched.pop();
    this.blocks.pop();
    this.clocks.pop();
  }

  /**
   * Earlier events that a step of `thread` is in a race with: it depends on them and nothing in between
   * makes it come later, nor does its own thread; or `all` that it depends on but by its own thread.
   */
  racing(thread: number, touched: Touched, all: boolean, dependent: Dependent): Racing {
    const own = this.clockOf(thread);
    const clock = own.slice();
    const racing: number[] = [];
    for (let at = this.threads.length - 1; at >= 0; at--) {
      if (this.threads[at] === thread || this.isBefore(at, own)) continue;
      const isCovered = this.isBefore(at, clock);
      if (isCovered && !all) continue;
      const other = this.touched[at];
      if (other === undefined || !dependent(other, touched)) continue;
      racing.push(at);
      if (!isCovered) join(clock, this.clocks[at] ?? NONE);
    }
    return { thread, clock, events: racing };
  }

  /**
   * Of the events behind `at` that it does not happen before, and the racing step after them: the
   * threads that could begin, by number.
   */
  initialsWithout(at: number, { thread: racer, clock: last }: Racing): readonly boolean[] {
    const kept: number[] = [];
    const begins: boolean[] = [];
    const seen: boolean[] = [];
    for (let other = at + 1; other < this.threads.length; other++) {
      const clock = this.clocks[other] ?? NONE;
      if (this.isBefore(at, clock)) continue;
      const thread = this.threads[other] ?? 0;
      if (seen[thread] !== true && !this.anyBefore(kept, clock)) begins[thread] = true;
      seen[thread] = true;
      kept.push(other);
    }
    if (seen[racer] !== true && !this.anyBefore(kept, last)) begins[racer] = true;
    return begins;
  }

  list(): readonly Event[] {
    const name = (thread: number) => this.names[thread] ?? '';
    return this.threads.map((thread, at) => ({
      thread: name(thread),
      ordinal: this.ordinals[at] ?? 0,
      touched: this.touched[at] ?? { reads: [], writes: [] },
      blocks: this.blocks[at] === true,
      maker: this.makerOf(thread),
      clock: new Map(
        [...(this.clocks[at] ?? NONE)].flatMap((count = 0, other) =>
          count > 0 ? [[name(other), count] as const] : [],
        ),
      ),
    }));
  }

  private makerOf(thread: number): number | null {
    const maker = this.made.findIndex((made) => made?.includes(thread) === true);
    return maker < 0 ? null : maker;
  }

  /** Does event `at` happen before whatever has this clock? */
  private isBefore(at: number, clock: readonly number[]): boolean {
    return (clock[this.threads[at] ?? 0] ?? 0) > (this.ordinals[at] ?? 0);
  }

  private anyBefore(events: readonly number[], clock: readonly number[]): boolean {
    for (const at of events) if (this.isBefore(at, clock)) return true;
    return false;
  }

  /** Of the last event of a thread, or of the event that made it. */
  private clockOf(thread: number): Clock {
    const own = this.own[thread];
    return own === undefined ? NONE : (own[own.length - 1] ?? NONE);
  }

  /** Clocks of a thread's events so far, behind that of the event that made it. */
  private owned(thread: number): Clock[] {
    let own = this.own[thread];
    if (own === undefined) {
      own = [];
      this.own[thread] = own;
    }
    return own;
  }
}

function join(clock: Clock, other: Clock): void {
  for (let thread = 0; thread < other.length; thread++) {
    const count = other[thread] ?? 0;
    if (count > (clock[thread] ?? 0)) raise(clock, thread, count);
  }
}

/** Without holes, so that arrays stay fast. */
function raise(clock: Clock, thread: number, count: number): void {
  while (clock.length <= thread) clock.push(0);
  clock[thread] = count;
}
