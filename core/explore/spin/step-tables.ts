// SPDX-License-Identifier: MIT
/**
 * What each thread of a system does, taken down as tables: standing here, having read these values,
 * it writes those, makes these threads and goes there. The state graph is walked once for it, so a
 * table has what a thread does in the states that this explorer gets to, and nothing else.
 *
 * Cells and values are numbered by first sight and kept here, and not as the machine does that
 * compares states.
 */
import { Meter } from '../budget.ts';
import { Cell } from '../cell.ts';
import { Machine, type System } from '../machine.ts';
import type { Move, Position } from '../move.ts';
import { type CellValue, KnownMemory, type Values, type VaryingCell } from './known-memory.ts';

export interface StepTables {
  /** Those that some step writes, by number; what is never written is constant, and left out. */
  readonly cells: ReadonlyMap<number, VaryingCell>;
  readonly threads: readonly ThreadTable[];
  /** Where a run ends and the system's judge says that something is wrong. */
  readonly failingEnds: readonly EndState[];
}

export interface ThreadTable {
  readonly thread: string;
  /** The first is where it stands before its first step, or before it is made. */
  readonly places: readonly Place[];
}

export interface Place {
  /** Whether who stands here for ever is done, idle or not made, and not in a deadlock. */
  readonly mayStay: boolean;
  readonly rows: readonly Row[];
}

/** A step, which is taken where all of `when` have these values. */
export interface Row {
  readonly when: Values;
  /** Who makes a thread writes the cell that its first step reads. */
  readonly writes: Values;
  /** Index of a place. */
  readonly to: number;
}

export interface EndState {
  /** Index of the place where each thread stands, of those that were made. */
  readonly places: ReadonlyMap<string, number>;
  /** What is not here has number 0. */
  readonly values: Values;
}

/** @throws BudgetSpent where there are more states than `maxStates` */
export const stepTables = (
  system: System,
  { maxStates }: { readonly maxStates: number },
): StepTables => new Walk(system, maxStates).tables();

/** No id of a position. */
const NOT_MADE = -1;

class Walk {
  private readonly system: System;
  private readonly meter: Meter;
  private readonly machine: Machine;
  private readonly memory = new KnownMemory();
  private readonly states = new Set<number>();
  private readonly threads = new Map<string, WalkedPlace[]>();
  /** By id of the position. */
  private readonly places = new Map<number, WalkedPlace>();
  /** Of each thread that is made, a cell with the id of its first position, once it is. */
  private readonly births = new Map<string, Cell<number>>();
  private readonly failingEnds: EndState[] = [];

  constructor(system: System, maxStates: number) {
    this.system = system;
    this.meter = new Meter(maxStates, 'states', null, {});
    this.machine = new Machine(system.threads);
  }

  tables(): StepTables {
    for (const position of this.machine.standing()) this.placeOf(position);
    this.visit();
    const cells = this.memory.written();
    const varying = (values: Values): Values =>
      new Map([...values].filter(([cell]) => cells.has(cell)));
    return {
      cells,
      threads: [...this.threads].sort(byName).map(([thread, places]) => ({
        thread,
        places: places.map(({ mayStay, rows }) => ({
          mayStay,
          rows: [...rows.values()].map((row) => ({ ...row, when: varying(row.when) })),
        })),
      })),
      failingEnds: this.failingEnds,
    };
  }

  private visit(): void {
    const { machine, states, memory } = this;
    const state = machine.state();
    if (states.has(state)) return;
    this.meter.count();
    states.add(state);
    const moves = machine.moves();
    for (const move of moves) {
      const writes = this.enter(move);
      machine.take(move);
      const before = memory.write(writes);
      try {
        this.visit();
      } finally {
        // Also on a spent budget: the cells belong to the caller.
        machine.undo();
        memory.write(before);
      }
    }
    if (moves.length === 0 && this.system.judge(machine.end()) !== null) {
      const places = machine
        .standing()
        .map((position) => [position.thread, this.placeOf(position).index] as const);
      this.failingEnds.push({ places: new Map(places), values: memory.now() });
    }
  }

  /** A row, unless it is there; what it writes. */
  private enter({ name, from, next, reads, writes, spawned }: Move): CellValue[] {
    const { memory } = this;
    const place = this.placeOf(from);
    const looked = new Set([...(from.block === null ? [] : memory.watch(from.block)), ...reads]);
    const birth = place.index === 0 ? this.births.get(from.thread) : undefined;
    if (birth !== undefined) looked.add(birth);
    const when = memory.numbers([...looked].map((cell) => ({ cell, value: memory.read(cell) })));
    const written = [
      ...writes,
      ...spawned.map((made) => ({ cell: this.birthOf(made), value: made.id })),
    ];
    // Of the alternatives of a step each is a row.
    const key = [name, ...when].join();
    if (!place.rows.has(key)) {
      const to = this.placeOf(next).index;
      place.rows.set(key, { when, writes: memory.willWrite(written), to });
    }
    return written;
  }

  private birthOf(made: Position): Cell<number> {
    const { thread } = made;
    const birth = this.births.get(thread) ?? new Cell(NOT_MADE, null, `${thread} is made`);
    if (!this.births.has(thread)) {
      this.births.set(thread, birth);
      this.threads.set(thread, [{ index: 0, mayStay: true, rows: new Map() }]);
    }
    // As whatever it is made, it stands where it stood before.
    const [first] = this.threads.get(thread) ?? [];
    if (first !== undefined) this.places.set(made.id, first);
    return birth;
  }

  private placeOf({ id, thread, end, block }: Position): WalkedPlace {
    const known = this.places.get(id);
    if (known !== undefined) return known;
    const places = this.threads.get(thread) ?? [];
    this.threads.set(thread, places);
    const mayStay = end !== null || block?.idle === true;
    const place: WalkedPlace = { index: places.length, mayStay, rows: new Map() };
    places.push(place);
    this.places.set(id, place);
    return place;
  }
}

interface WalkedPlace {
  readonly index: number;
  readonly mayStay: boolean;
  /** By alternative, and by what is read. */
  readonly rows: Map<string, Row>;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;
