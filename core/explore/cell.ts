// SPDX-License-Identifier: MIT
/**
 * Tracked cells: the only mutable state that explored code may have.
 *
 * Code reads and writes `cell.v` like a plain field. Without a recorder that is all that happens;
 * with one, every access becomes part of the footprint of the current step. Access is therefore
 * never a preemption point by itself (see thread.ts), and footprints are derived, never declared.
 *
 * Rules for users:
 * - Whatever two threads can see, or an undo must restore, is in a cell.
 * - A cell holds a primitive, a `Struct` (compared by identity) or frozen plain data of these
 *   (compared by content). It never holds something that changes in place.
 * - Structs made by a running thread come from `allocate`, and their constructors take nothing
 *   that depends on the path taken: the same allocation of the same thread is the same object in
 *   every interleaving, so that states can be compared.
 */

/** Listens to accesses while a step is recorded or replayed. */
export interface Recorder {
  read(cell: Cell<unknown>): unknown;
  write(cell: Cell<unknown>, value: unknown): void;
  allocate<T extends Struct>(make: () => T): T;
  note(text: string): void;
}

// One JavaScript thread is one CPU; this is its debug register.
let recorder: Recorder | null = null;

/** Runs `body` with all accesses going to `r`; restores the previous recorder even on a throw. */
export function recording<T>(r: Recorder, body: () => T): T {
  const outer = recorder;
  recorder = r;
  try {
    return body();
  } finally {
    recorder = outer;
  }
}

/** Cells that `condition` reads; it may not do anything else. */
export function watching(condition: () => unknown): readonly Cell<unknown>[] {
  const cells = new Set<Cell<unknown>>();
  const refuse = (): never => {
    throw new Error('a condition only reads');
  };
  const reads: Recorder = {
    read(cell) {
      cells.add(cell);
      return cell.raw;
    },
    write: refuse,
    allocate: refuse,
    note: refuse,
  };
  recording(reads, condition);
  return [...cells];
}

export class Cell<T> {
  /** The value in memory. Engines use it to apply and undo; explored code uses `v`. */
  raw: T;
  readonly owner: Struct | null;
  readonly field: string;

  constructor(initial: T, owner: Struct | null, field: string) {
    this.raw = initial;
    this.owner = owner;
    this.field = field;
  }

  get v(): T {
    return recorder === null ? this.raw : (recorder.read(this as Cell<unknown>) as T);
  }

  set v(value: T) {
    if (recorder === null) this.raw = value;
    else recorder.write(this as Cell<unknown>, value);
  }

  /** For people: "A.next_syscall_data". */
  get label(): string {
    return this.owner === null ? this.field : `${this.owner.label}.${this.field}`;
  }
}

/**
 * A cell of whoever watches, such as what came before what: part of the state, so that it is there
 * at every end, and never the cause of anything.
 */
export class HistoryCell<T> extends Cell<T> {}

/** A cell of a map, which does not write its key into a label unless somebody asks for it. */
class CellOfKey<T> extends Cell<T> {
  private readonly key: number | string;

  constructor(initial: T, owner: Struct | null, field: string, key: number | string) {
    super(initial, owner, field);
    this.key = key;
  }

  override get label(): string {
    return `${super.label}[${this.key}]`;
  }
}

/** A record of cells with an identity, such as a kernel object. */
export abstract class Struct {
  /** Set at most once, by whoever made it and knows a good one. */
  name: string | null = null;

  /** For people, in traces and errors. */
  get label(): string {
    return this.name ?? this.constructor.name;
  }

  protected cell<T>(field: string, initial: T): Cell<T> {
    return new Cell(initial, this, field);
  }
}

/** Cells by key, created when first asked for; absent keys read as undefined. */
export class CellMap<K extends number | string, V> {
  /** Made for the first key: most maps of most objects stay empty. */
  private cells: Map<K, Cell<V | undefined>> | undefined;
  private readonly owner: Struct | null;
  private readonly field: string;

  constructor(owner: Struct | null, field: string) {
    this.owner = owner;
    this.field = field;
  }

  at(key: K): Cell<V | undefined> {
    this.cells ??= new Map();
    let cell = this.cells.get(key);
    if (cell === undefined) {
      cell = new CellOfKey<V | undefined>(undefined, this.owner, this.field, key);
      this.cells.set(key, cell);
    }
    return cell;
  }

  get(key: K): V | undefined {
    return this.at(key).v;
  }

  set(key: K, value: V): void {
    this.at(key).v = value;
  }

  delete(key: K): void {
    this.at(key).v = undefined;
  }

  /** What is in memory, for readers outside of any step: which keys were ever asked for leaks. */
  *entries(): Generator<[K, V]> {
    for (const [key, { raw }] of this.cells ?? []) if (raw !== undefined) yield [key, raw];
  }
}

/** A place in a `List`; its owner declares one for each list that it can be on. */
export class Link<T extends Struct> {
  readonly owner: T;
  readonly next: Cell<T | null>;
  readonly prev: Cell<T | null>;

  constructor(owner: T, field: string) {
    this.owner = owner;
    this.next = new Cell<T | null>(null, owner, `${field}.next`);
    this.prev = new Cell<T | null>(null, owner, `${field}.prev`);
  }
}

/** An intrusive doubly linked list, as the kernel's list_head: O(1) changes, precise footprints. */
export class List<T extends Struct> {
  private readonly first: Cell<T | null>;
  private readonly last: Cell<T | null>;
  private readonly link: (element: T) => Link<T>;

  constructor(owner: Struct, field: string, link: (element: T) => Link<T>) {
    this.first = new Cell<T | null>(null, owner, `${field}.first`);
    this.last = new Cell<T | null>(null, owner, `${field}.last`);
    this.link = link;
  }

  get empty(): boolean {
    return this.first.v === null;
  }

  get head(): T | null {
    return this.first.v;
  }

  append(element: T): void {
    const link = this.link(element);
    const tail = this.last.v;
    link.prev.v = tail;
    link.next.v = null;
    if (tail === null) this.first.v = element;
    else this.link(tail).next.v = element;
    this.last.v = element;
  }

  remove(element: T): void {
    const link = this.link(element);
    const next = link.next.v;
    const prev = link.prev.v;
    if (prev === null) this.first.v = next;
    else this.link(prev).next.v = next;
    if (next === null) this.last.v = prev;
    else this.link(next).prev.v = prev;
    link.next.v = null;
    link.prev.v = null;
  }

  /** Safe against removal of the element that was just handed out. */
  *[Symbol.iterator](): Generator<T> {
    let element = this.first.v;
    while (element !== null) {
      const next = this.link(element).next.v;
      yield element;
      element = next;
    }
  }
}

/** Makes a struct; under exploration the same allocation is the same object in every path. */
export function allocate<T extends Struct>(make: () => T): T {
  return recorder === null ? make() : recorder.allocate(make);
}

/** Says, for people, what the current step does; costs nothing unless somebody listens. */
export function note(what: string, value?: number | string): void {
  if (recorder !== null) recorder.note(value === undefined ? what : `${what} ${value}`);
}

/**
 * A key under which equal values are equal: primitives and structs are themselves, plain data is
 * its content.
 */
export function canonical(value: unknown, identity: (struct: Struct) => number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Struct) return value;
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Struct ? `struct ${identity(part)}` : part,
  );
}
