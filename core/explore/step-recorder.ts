// SPDX-License-Identifier: MIT
/** One step of a thread, as it is taken or taken once more: what it read, wrote, made and said. */
import { Alternatives } from './alternatives.ts';
import { type Cell, type Recorder, recording, type Struct } from './cell.ts';
import {
  type Block,
  drivenBy,
  type Engine,
  type Spawn,
  type Steps,
  spawnedName,
} from './thread.ts';

export interface Write {
  readonly cell: Cell<unknown>;
  readonly value: unknown;
}

/** How many structs and threads a thread has made before a position. */
export interface Ordinals {
  readonly structs: number;
  readonly threads: number;
}

/** A thread that did something else when fed the same reads; its steps prove nothing. */
export class NondeterminismError extends Error {
  constructor(thread: string, what: string) {
    super(`thread ${thread} is not deterministic: ${what}`);
    this.name = 'NondeterminismError';
  }
}

/** Where the thread stood before. */
interface Standing {
  readonly thread: string;
  readonly ordinals: Ordinals;
}

/** Whoever knows the same struct and the same thread again, in whatever path they are made. */
export interface Names<P> {
  intern<T extends Struct>(place: string, thread: string, make: () => T): T;
  spawnedRoot(name: string, thread: Spawn): P;
}

/** Records one step; with a `feed`, replays one and checks that it reads what it read. */
export class StepRecorder<P> implements Recorder, Engine {
  readonly log: Write[] = [];
  readonly spawned: P[] = [];
  readonly notes: string[] = [];
  private readonly view = new Map<Cell<unknown>, unknown>();
  private readonly written = new Set<Cell<unknown>>();
  private readonly names: Names<P>;
  private readonly place: Standing;
  private readonly feed: readonly Write[] | null;
  private readonly choice: number;
  private structs: number;
  readonly alternatives = new Alternatives();
  /** Who draws at each choice draws what this step does once in so many times. */
  odds = 1;

  /** @param choice which of the alternatives is taken, where the step has any */
  constructor(names: Names<P>, place: Standing, choice: number, feed: readonly Write[] | null) {
    this.names = names;
    this.place = place;
    this.choice = choice;
    this.feed = feed;
    this.structs = place.ordinals.structs;
  }

  run(steps: Steps<unknown>): IteratorResult<Block | null, unknown> {
    return recording(this, () => drivenBy(this, () => steps.next()));
  }

  read(cell: Cell<unknown>): unknown {
    if (this.view.has(cell)) return this.view.get(cell);
    let value = cell.raw;
    if (this.feed !== null) {
      const fed = this.feed[this.log.length];
      if (fed === undefined || fed.cell !== cell) {
        throw new NondeterminismError(this.place.thread, `replayed, it reads ${cell.label}`);
      }
      value = fed.value;
    }
    this.log.push({ cell, value });
    this.view.set(cell, value);
    return value;
  }

  write(cell: Cell<unknown>, value: unknown): void {
    this.view.set(cell, value);
    this.written.add(cell);
  }

  allocate<T extends Struct>(make: () => T): T {
    const { thread } = this.place;
    return this.names.intern(`${thread} ${this.structs++}`, thread, make);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  choose(usual: string, others: readonly string[]): string {
    // What is unusual happens once a step, and then what is usual.
    if (this.choice === 0 || this.alternatives.names.length <= this.choice) {
      this.odds *= 1 + others.length;
    }
    const taken = others.find((other) => this.alternatives.add(other) === this.choice);
    return taken ?? usual;
  }

  spawn(thread: Spawn): void {
    const ordinal = this.place.ordinals.threads + this.spawned.length;
    this.spawned.push(this.names.spawnedRoot(spawnedName(this.place.thread, ordinal), thread));
  }

  get ordinals(): Ordinals {
    return {
      structs: this.structs,
      threads: this.place.ordinals.threads + this.spawned.length,
    };
  }

  writes(): Write[] {
    return [...this.written].map((cell) => ({ cell, value: this.view.get(cell) }));
  }
}
