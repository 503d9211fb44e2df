// SPDX-License-Identifier: MIT
/**
 * Threads as generators. A thread yields where another thread may come in, and nowhere else: what
 * it does between two yields is one step. It yields PREEMPT where it could go on, or a Block where
 * it can go on only once a condition over cells holds.
 *
 * `start` must be pure: called again and fed the same reads, it does the same. Engines rely on
 * that to be in many states at once (trie.ts), and check it.
 */
import type { Struct } from './cell.ts';

export const PREEMPT = null;

export interface Block {
  /** True once the thread may go on. Reads cells and captured constants, nothing else. */
  readonly until: () => boolean;
  /** What is waited for, for people. */
  readonly why: string;
  /** It is only to be there: that it waits for ever is no deadlock. */
  readonly idle?: true;
}

export type Yield = typeof PREEMPT | Block;

/** Code that takes steps and ends with a T. */
export type Steps<T> = Generator<Yield, T, void>;

export interface Thread {
  /** One capital and lower-case letters, as in a schedule: "A", "Ab". */
  readonly name: string;
  /** What it waits for before its first step. */
  readonly block?: Block;
  start(): Steps<unknown>;
}

/** What a spawned thread runs. Two spawns of equal `key` and `as` must run the same code. */
export interface Spawn {
  readonly key: string;
  /** What it runs as, where the code depends on it: its task. */
  readonly as?: Struct;
  start(): Steps<unknown>;
}

/** What running code may ask of whatever runs it. */
export interface Engine {
  /** Creates a thread as part of the current step. */
  spawn(thread: Spawn): void;
  /** What is usual, or one of the others. */
  choose(usual: string, others: readonly string[]): string;
}

let engine: Engine | null = null;

/** Creates a thread as part of the current step. Only within an engine's run. */
export function spawn(thread: Spawn): void {
  if (engine === null) throw new Error('spawn() outside of a running engine');
  engine.spawn(thread);
}

/**
 * What happens here is not for the code to say: each alternative is explored. The first is what
 * happens where nobody chooses, and is written into no schedule; the others are words in capitals,
 * such as ENOMEM. A step may choose more than once, but what is not usual happens once in it.
 */
export function choose<T extends string>(usual: T, ...others: readonly T[]): T {
  return engine === null ? usual : (engine.choose(usual, others) as T);
}

/** Runs `body` with `by` being asked. For engines. */
export function drivenBy<T>(by: Engine, body: () => T): T {
  const outer = engine;
  engine = by;
  try {
    return body();
  } finally {
    engine = outer;
  }
}

/**
 * The name of the `ordinal`-th thread that `parent` spawns: A's are Aa to Ay, then Azaa to Azyy,
 * Azzaaa, ... A z says that one more letter follows, so no name can be read in two ways, and names
 * stay short for a task that forks for ever.
 */
export function spawnedName(parent: string, ordinal: number): string {
  let letters = 1;
  let rest = ordinal;
  for (; rest >= 25 ** letters; letters++) rest -= 25 ** letters;
  let name = '';
  for (let n = 0; n < letters; n++) {
    name = String.fromCharCode(97 + (rest % 25)) + name;
    rest = Math.floor(rest / 25);
  }
  return parent + 'z'.repeat(letters - 1) + name;
}
