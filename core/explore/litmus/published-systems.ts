// SPDX-License-Identifier: MIT
/**
 * Programs of published.ts that branch or loop, and so are no litmus programs: written from their
 * sources, an access of shared memory a step.
 */
import { Cell } from '../cell.ts';
import type { System } from '../machine.ts';
import { PREEMPT, type Steps } from '../thread.ts';

/** Shared memory: cells by name and index, which start at 0. */
type Memory = (name: string, index?: number) => Cell<number>;
type Code = (memory: Memory) => Steps<void>;

function systemOf(threads: readonly Code[]): System {
  const cells = new Map<string, Cell<number>>();
  const memory: Memory = (name, index = 0) => {
    const label = `${name}${index}`;
    const cell = cells.get(label) ?? new Cell(0, null, label);
    cells.set(label, cell);
    return cell;
  };
  return {
    threads: threads.map((code, thread) => ({
      name: String.fromCharCode(65 + thread),
      start: () => code(memory),
    })),
    judge: () => null,
  };
}

const times = (count: number, code: (index: number) => Code): Code[] =>
  Array.from({ length: count }, (_, index) => code(index));

function* take(lock: Cell<number>): Steps<void> {
  yield { until: () => lock.v === 0, why: lock.label };
  lock.v = 1;
}

/** One step: succeeded if the cell was `from`; where it fails it only reads. */
function swap(cell: Cell<number>, from: number, to: number): boolean {
  if (cell.v !== from) return false;
  cell.v = to;
  return true;
}

/** A reader looks for the last zero of an array, of which each writer sets an element. */
export const lastZero = (writers: number) => (): System =>
  systemOf([
    function* (memory) {
      for (let at = writers; memory('array', at).v !== 0; at--) yield PREEMPT;
    },
    ...times(
      writers,
      (index): Code =>
        function* (memory) {
          const before = memory('array', index).v;
          yield PREEMPT;
          memory('array', index + 1).v = before + 1;
        },
    ),
  ]);

/** Each thread inserts four messages into a table of 128 slots; from 12 threads on, some collide. */
export const indexer = (threads: number) => (): System =>
  systemOf(
    times(
      threads,
      (thread): Code =>
        function* (memory) {
          for (let message = 1; message <= 4; message++) {
            const value = message * 11 + thread;
            let slot = (value * 7) % 128;
            if (message > 1) yield PREEMPT;
            while (!swap(memory('table', slot), 0, value)) {
              yield PREEMPT;
              slot = (slot + 1) % 128;
            }
          }
        },
    ),
  );

/** Each thread gives its inode a block: the first that is free, from a place on that is its own. */
export const fileSystem = (threads: number) => (): System =>
  systemOf(
    times(
      threads,
      (inode): Code =>
        function* (memory) {
          yield* take(memory('inodeLock', inode));
          yield PREEMPT;
          if (memory('inode', inode).v === 0) {
            let block = (inode * 2) % 26;
            while (!(yield* claim(memory, inode, block))) block = (block + 1) % 26;
          }
          yield PREEMPT;
          memory('inodeLock', inode).v = 0;
        },
    ),
  );

function* claim(memory: Memory, inode: number, block: number) {
  yield* take(memory('blockLock', block));
  yield PREEMPT;
  const isFree = memory('busy', block).v === 0;
  if (isFree) {
    yield PREEMPT;
    memory('busy', block).v = 1;
    yield PREEMPT;
    memory('inode', inode).v = block + 1;
  }
  yield PREEMPT;
  memory('blockLock', block).v = 0;
  return isFree;
}

/** The lock is let go only by threads that take it in the order of their numbers. */
export const lockKept = (threads: number) => (): System =>
  systemOf(
    times(
      threads,
      (thread): Code =>
        function* (memory) {
          yield* take(memory('lock'));
          yield PREEMPT;
          const before = memory('x').v;
          memory('x').v = before + 1;
          if (before !== thread) return;
          yield PREEMPT;
          memory('lock').v = 0;
        },
    ),
  );

/** One thread locks, the other gives up where it finds it locked. */
export const lockAndTryLock = (): System =>
  systemOf([
    function* (memory) {
      if (swap(memory('lock'), 0, 1)) yield* increment(memory);
    },
    function* (memory) {
      yield* take(memory('lock'));
      yield* increment(memory);
    },
  ]);

function* increment(memory: Memory): Steps<void> {
  yield PREEMPT;
  const before = memory('x').v;
  yield PREEMPT;
  memory('x').v = before + 1;
  yield PREEMPT;
  memory('lock').v = 0;
}

const write = (name: string, value = 1): Code =>
  function* (memory) {
    memory(name).v = value;
  };

/** The program by which the paper shows that source sets alone are not optimal. */
export const notOptimal = (): System =>
  systemOf([
    write('x'),
    write('y'),
    function* (memory) {
      if (memory('y').v === 1) return;
      yield PREEMPT;
      memory('z').v = 1;
    },
    function* (memory) {
      if (memory('z').v === 0) return;
      yield PREEMPT;
      if (memory('y').v === 1) return;
      yield PREEMPT;
      memory('x').v = 2;
    },
  ]);

export const sleepingRaces = (): System =>
  systemOf([
    write('y'),
    write('x'),
    function* (memory) {
      memory('x').v;
    },
    function* (memory) {
      if (memory('x').v === 0) return;
      yield PREEMPT;
      memory('y').v;
    },
  ]);

export const manyInitials = (): System =>
  systemOf([
    write('x'),
    write('y'),
    write('z'),
    function* (memory) {
      const y = memory('y').v;
      yield PREEMPT;
      const z = memory('z').v;
      if (y === 0 || z === 0) return;
      yield PREEMPT;
      memory('x').v;
    },
  ]);

/** Message passing through an update: who reads more than `seen` from y writes x. */
const passing = (updates: readonly Code[], seen: number): System =>
  systemOf([
    function* (memory) {
      memory('x').v = 1;
      yield PREEMPT;
      memory('y').v = 0;
      yield PREEMPT;
      memory('y').v = 1;
    },
    ...updates,
    function* (memory) {
      if (memory('y').v <= seen) return;
      yield PREEMPT;
      memory('x').v = 2;
    },
  ]);

const swapping = (from: number, to: number): Code =>
  function* (memory) {
    swap(memory('y'), from, to);
  };

export const passedByUpdate = (): System =>
  passing(
    [
      function* (memory) {
        memory('y').v += 1;
      },
    ],
    1,
  );

export const passedBySwaps = (): System => passing([swapping(2, 3), swapping(1, 2)], 2);
