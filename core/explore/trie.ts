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
import { canonical, type Struct, watching } from './cell.ts';
import type { Read } from './decision.ts';
import { type Cells, Footprint } from './footprint.ts';
import { cellSet, equal, Memory } from './memory.ts';
import type { Move, Position, Touched, Waits } from './move.ts';
import { stepName } from './schedule.ts';
import {
  type Names,
  NondeterminismError,
  type Ordinals,
  StepRecorder,
  type Write,
} from './step-recorder.ts';
import type { Block, Spawn, Steps, Thread } from './thread.ts';
import { type Way, Ways } from './ways.ts';

const NOTHING: Touched = { id: -1, reads: [], writes: [], now: { reads: [], writes: [] } };

interface Place extends Position {
  readonly from: Taken | null;
  readonly start: () => Steps<unknown>;
  readonly ordinals: Ordinals;
  /** By number of the alternative. */
  readonly ways: Ways<Move | Waits>[];
  /** Of its steps, as far as they are taken, and of its condition. */
  readonly moves: Footprint[];
  readonly waits: Footprint;
  /** A generator that happens to stand here, if nobody took it further. */
  live: Steps<unknown> | null;
}

/** How a place is got to. */
interface Taken {
  readonly place: Place;
  readonly choice: number;
  readonly log: readonly Write[];
  readonly writes: readonly Write[];
}

export class Trie implements Names<Position> {
  readonly memory = new Memory((value) => this.key(value));
  private readonly places: Place[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly ids = new Map<string, number>();
  private readonly structs = new Map<string, Struct>();
  private readonly identities = new Map<Struct, number>();
  private readonly roots = new Map<string, Place>();
  private touches = 0;
  /** So many places are. */
  private verified = 0;
  /** How often it was found that a step depends on more than was known. */
  growths = 0;

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
    from: Taken | null,
    start: Place['start'],
    ordinals: Ordinals,
    block: Block | null,
    end: Position['end'],
  ): Place {
    const id = this.places.length;
    const number = numberOf(this.numbers, thread);
    const place = {
      id,
      thread,
      number,
      from,
      start,
      ordinals,
      block,
      end,
      ways: [],
      moves: [],
      waits: new Footprint(),
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
    return numberOf(this.identities, struct);
  }

  /**
   * What a thread that is not done does next in the memory as it is, not yet done; or what it waits
   * for. All other alternatives have a number from 1 on.
   */
  next(position: Position, choice = 0): Move | Waits {
    const place = position as Place;
    return place.ways[choice]?.find() ?? this.record(place, choice);
  }

  private record(place: Place, choice: number): Move | Waits {
    const { memory } = this;
    memory.settle();
    const watched = place.block === null ? [] : watching(place.block.until);
    const seen = watched.map((cell) => {
      const index = memory.index(cell);
      return { cell: index, number: memory.now[index] ?? 0 };
    });
    const isWaitsNew = place.waits.add(seen, []);
    if (place.block !== null && !place.block.until()) {
      const waits: Waits = { from: place, next: null, touched: NOTHING };
      return this.keep(place, choice, seen, waits, isWaitsNew);
    }
    const steps = (choice === 0 ? place.live : null) ?? this.replay(place);
    if (choice === 0) place.live = null;
    const recorder = new StepRecorder<Position>(this, place, choice, null);
    const { done, value } = recorder.run(steps);
    const { log, odds } = recorder;
    const alternatives = recorder.alternatives.names;
    const writes = recorder.writes();
    const next = this.place(
      place.thread,
      { place, choice, log, writes },
      place.start,
      recorder.ordinals,
      done === true ? null : (value as Block | null),
      done === true ? { result: value } : null,
    );
    next.live = steps;
    const all = [...seen, ...this.numbered(log)];
    const cells = writes.map(({ cell }) => memory.index(cell));
    const moves = place.moves[choice] ?? new Footprint();
    place.moves[choice] = moves;
    const isNew = moves.add(all, cells) || isWaitsNew;
    const name = stepName(place.thread, choice === 0 ? null : (alternatives[choice] ?? null));
    const move: Move = {
      name,
      id: numberOf(this.ids, name),
      thread: place.thread,
      from: place,
      next,
      alternatives,
      odds,
      reads: log.map((read) => read.cell),
      writes,
      spawned: recorder.spawned,
      notes: recorder.notes,
      cells,
      numbers: writes.map(({ value: written }, at) => memory.number(cells[at] ?? 0, written)),
      touched: NOTHING,
    };
    return this.keep(place, choice, all, move, isNew);
  }

  /** @param isNew whether it tells more of what other ways depend on */
  private keep<T extends Move | Waits>(
    place: Place,
    choice: number,
    log: Read[],
    end: T,
    isNew: boolean,
  ): T {
    while (place.ways.length <= choice) place.ways.push(new Ways(this.memory));
    if (place.ways[choice]?.add(log, end) !== true) {
      throw new NondeterminismError(place.thread, 'equal reads led to another step');
    }
    for (const way of isNew ? (place.ways[choice]?.all() ?? []) : [{ log, end }]) {
      const footprint = way.end.next === null ? place.waits : place.moves[choice];
      if (footprint !== undefined) this.touch(place, way, footprint.of(way.log));
    }
    return end;
  }

  private touch({ number }: Place, { log, end }: Way<Move | Waits>, cells: Cells): void {
    const { touched } = end;
    const [reads, writes] = [cellSet(cells.reads), cellSet(cells.writes)];
    if (touched !== NOTHING && equal(touched.reads, reads) && equal(touched.writes, writes)) return;
    if (touched !== NOTHING) this.growths++;
    const now = {
      reads: cellSet(log.map(({ cell }) => cell)),
      writes: cellSet(end.next === null ? [] : end.cells),
    };
    end.touched = { id: this.touches++, reads, writes, now };
    for (const cell of cells.reads) this.memory.willTouch(cell, number, false);
    for (const cell of cells.writes) this.memory.willTouch(cell, number, true);
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
    const path: Taken[] = [];
    for (let { from } = place; from !== null; from = from.place.from) path.unshift(from);
    const steps = place.start();
    for (const taken of path) {
      const { place: at, choice, log } = taken;
      const recorder = new StepRecorder<Position>(this, at, choice, log);
      recorder.run(steps);
      this.compare(taken, recorder);
    }
    return steps;
  }

  private compare({ place, log, writes }: Taken, recorder: StepRecorder<Position>): void {
    if (recorder.log.length < log.length) {
      throw new NondeterminismError(place.thread, 'replayed, a step reads less');
    }
    const written = (list: readonly Write[]) =>
      new Map(list.map(({ cell, value }) => [cell, this.key(value)]));
    const [before, now] = [written(writes), written(recorder.writes())];
    for (const cell of new Set([...before.keys(), ...now.keys()])) {
      if (before.get(cell) !== now.get(cell) || before.has(cell) !== now.has(cell)) {
        throw new NondeterminismError(place.thread, `replayed, it writes ${cell.label} otherwise`);
      }
    }
  }

  /** Runs every path of every thread once more, unless it was. @throws NondeterminismError */
  verify(): void {
    for (const place of this.places.slice(this.verified)) {
      if (place.ways.length === 0) this.replay(place);
    }
    this.verified = this.places.length;
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

/** Of what is numbered by first appearance. */
function numberOf<K>(numbers: Map<K, number>, key: K): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
  }
  return number;
}
