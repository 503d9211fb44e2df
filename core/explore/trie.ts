// SPDX-License-Identifier: MIT
/**
 * Threads determinised into a trie of what they read.
 *
 * A generator can't be copied, so it can't be in two states at once. But it is deterministic: its
 * position is the sequence of values that it has read. The trie remembers, for each position, what
 * the next step reads and, value by value, what it then writes. Taking a step that is in the trie
 * runs no generator at all; a step that is not is run once, on a generator brought to that position
 * by feeding it what it read before. That replay doubles as the check that a thread is deterministic.
 *
 * The idea is dscheck's and loom's replay turned into data; see also facts on stateless search in
 * Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems" (1996).
 */
import { type Cell, canonical, type Struct, watching } from './cell.ts';
import { Choice, type Decision, decide, inserted, type Read } from './decision.ts';
import { type CellSet, cellSet, Memory } from './memory.ts';
import {
  type Names,
  NondeterminismError,
  type Ordinals,
  StepRecorder,
  type Write,
} from './step-recorder.ts';
import type { Block, Spawn, Steps, Thread } from './thread.ts';

/** Cells that were looked at, and cells that were written, as they were in some state. */
export interface Touched {
  readonly reads: CellSet;
  readonly writes: CellSet;
}

/** What a step did, given what it read. */
export interface Outcome {
  readonly reads: readonly Cell<unknown>[];
  readonly writes: readonly Write[];
  readonly spawned: readonly Position[];
  readonly notes: readonly string[];
  readonly next: Position;
  /** The same as numbers of memory: cells that are written, and what is written to each. */
  readonly cells: readonly number[];
  readonly numbers: readonly number[];
  readonly touched: Touched;
}

/** What a waiting thread's condition comes to, given what it read. */
export interface Condition {
  readonly holds: boolean;
  readonly reads: CellSet;
}

/** Where a thread stands: everything it has read so far. Interned, so compared by identity. */
export interface Position {
  readonly id: number;
  readonly thread: string;
  /** Of the thread, by first appearance. */
  readonly number: number;
  /** What the thread waits for, or null where it can go on. */
  readonly block: Block | null;
  readonly end: { readonly result: unknown } | null;
}

interface Place extends Position {
  readonly from: { readonly place: Place; readonly log: readonly Write[] } | null;
  readonly start: () => Steps<unknown>;
  readonly ordinals: Ordinals;
  root: Decision<Outcome> | null;
  condition: Decision<Condition> | null;
  /** A generator that happens to stand here, if nobody took it further. */
  live: Steps<unknown> | null;
}

export class Trie implements Names<Position> {
  readonly memory = new Memory((value) => this.key(value));
  private readonly places: Place[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly structs = new Map<string, Struct>();
  private readonly identities = new Map<Struct, number>();
  private readonly roots = new Map<string, Place>();

  /** The position before the first step of `thread`. */
  root(thread: Thread): Position {
    const { name, block = null } = thread;
    return this.rootOf(name, name, block, () => thread.start());
  }

  private rootOf(
    key: string,
    name: string,
    block: Block | null,
    start: () => Steps<unknown>,
  ): Place {
    let place = this.roots.get(key);
    if (place === undefined) {
      place = this.place(name, null, start, { structs: 0, threads: 0 }, block, null);
      this.roots.set(key, place);
    }
    return place;
  }

  private place(
    thread: string,
    from: Place['from'],
    start: Place['start'],
    ordinals: Ordinals,
    block: Block | null,
    end: Position['end'],
  ): Place {
    const id = this.places.length;
    let number = this.numbers.get(thread);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(thread, number);
    }
    const place = {
      id,
      thread,
      number,
      from,
      start,
      ordinals,
      block,
      end,
      root: null,
      condition: null,
      live: null,
    };
    this.places.push(place);
    return place;
  }

  /** Equal values have equal keys; structs are compared by identity. */
  key(value: unknown): unknown {
    return canonical(value, (struct) => this.identity(struct));
  }

  private identity(struct: Struct): number {
    let id = this.identities.get(struct);
    if (id === undefined) {
      id = this.identities.size;
      this.identities.set(struct, id);
    }
    return id;
  }

  /** What the next step from `position` does in the memory as it is. Does not apply it. */
  step(position: Position): Outcome {
    const place = position as Place;
    return decide(place.root, this.memory.now) ?? this.record(place);
  }

  /** Whether a thread that waits may go on, in the memory as it is. */
  condition(position: Position, block: Block): Condition {
    const place = position as Place;
    return decide(place.condition, this.memory.now) ?? this.watch(place, block);
  }

  private watch(place: Place, { until }: Block): Condition {
    const { memory } = this;
    const indices = watching(until).map((cell) => memory.index(cell));
    const condition = { holds: until(), reads: cellSet(indices) };
    // One that reads no cell is asked each time.
    if (indices.length > 0) {
      const log = indices.map((cell) => ({ cell, number: memory.now[cell] ?? 0 }));
      place.condition = inserted(place.condition, log, condition) ?? place.condition;
    }
    return condition;
  }

  private record(place: Place): Outcome {
    const steps = place.live ?? this.replay(place);
    place.live = null;
    const recorder = new StepRecorder<Position>(this, place, null);
    const { done, value } = recorder.run(steps);
    const next = this.place(
      place.thread,
      { place, log: recorder.log },
      place.start,
      recorder.ordinals,
      done === true ? null : (value as Block | null),
      done === true ? { result: value } : null,
    );
    next.live = steps;
    const { memory } = this;
    const log = this.numbered(recorder.log);
    const writes = recorder.writes();
    const cells = writes.map(({ cell }) => memory.index(cell));
    const outcome: Outcome = {
      reads: recorder.log.map((read) => read.cell),
      writes,
      spawned: recorder.spawned,
      notes: recorder.notes,
      next,
      cells,
      numbers: writes.map(({ value }, at) => memory.number(cells[at] ?? 0, value)),
      touched: { reads: cellSet(log.map(({ cell }) => cell)), writes: cellSet(cells) },
    };
    const root = inserted(place.root, log, outcome);
    if (root === null) {
      throw new NondeterminismError(place.thread, 'equal reads led to another step');
    }
    place.root = root;
    return outcome;
  }

  private numbered(log: readonly Write[]): Read[] {
    const { memory } = this;
    return log.map(({ cell, value }) => {
      const index = memory.index(cell);
      return { cell: index, number: memory.number(index, value) };
    });
  }

  /** A new generator, brought to `place` by feeding it what led there, and doing the same. */
  private replay(place: Place): Steps<unknown> {
    const path: { place: Place; log: readonly Write[] }[] = [];
    for (let from = place.from; from !== null; from = from.place.from) path.unshift(from);
    const steps = place.start();
    for (const { place: at, log } of path) {
      const recorder = new StepRecorder<Position>(this, at, log);
      recorder.run(steps);
      this.compare(at, recorder);
    }
    return steps;
  }

  private compare(place: Place, recorder: StepRecorder<Position>): void {
    let node = place.root;
    for (const { cell, number } of this.numbered(recorder.log)) {
      if (node instanceof Choice && node.cell === cell) node = node.branches[number] ?? null;
    }
    if (node === null || node instanceof Choice) {
      throw new NondeterminismError(place.thread, 'replayed, a step reads less');
    }
    const written = (writes: readonly Write[]) =>
      new Map(writes.map(({ cell, value }) => [cell, this.key(value)]));
    const [before, now] = [written(node.writes), written(recorder.writes())];
    for (const cell of new Set([...before.keys(), ...now.keys()])) {
      if (before.get(cell) !== now.get(cell) || before.has(cell) !== now.has(cell)) {
        throw new NondeterminismError(place.thread, `replayed, it writes ${cell.label} otherwise`);
      }
    }
  }

  /** Runs every path of every thread once more. @throws NondeterminismError */
  verify(): void {
    for (const place of this.places) if (place.root === null) this.replay(place);
  }

  /**
   * The struct of this name; made on the first path that gets there. What is made tells its kind:
   * another path's allocation of the same place may be of another.
   */
  intern<T extends Struct>(place: string, thread: string, make: () => T): T {
    const made = make();
    const name = `${place} ${made.constructor.name}`;
    const known = this.structs.get(name);
    if (known !== undefined) return known as T;
    made.name ??= `${thread}'s ${made.label}`;
    this.structs.set(name, made);
    return made;
  }

  spawnedRoot(name: string, thread: Spawn): Place {
    const { key, as } = thread;
    const self = as === undefined ? '' : this.identity(as);
    return this.rootOf(`${name} ${key} ${self}`, name, null, () => thread.start());
  }
}
