// SPDX-License-Identifier: MIT
/**
 * Source-DPOR with sleep sets: one execution for each Mazurkiewicz trace, after Abdulla, Aronis,
 * Jonsson and Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014), Algorithm 1.
 *
 * Two steps of different threads are dependent if both touch a cell and one of them writes it, as
 * they did in the state in which they were taken: what a failed compare-and-swap touches, it only
 * read. A step that could have been blocked also reads what its condition reads, which is how it
 * depends on whoever enables or disables it. The condition of a thread that waits where an execution
 * ends, or is given up, is a step in this as well, never taken: without it deadlocks are missed.
 *
 * An unlock and the lock that waited for it cannot be exchanged, though what came before the unlock
 * can: so the steps that a blocking step races with are all that it depends on, not the last alone.
 */
import { BudgetSpent, Meter, type Watch } from './budget.ts';
import type { Machine } from './machine.ts';
import { meet } from './memory.ts';
import type { Move, Touched } from './move.ts';
import { Pairs } from './pairs.ts';
import { type Event, Events, MOST_THREADS } from './trace-events.ts';

export interface Traces {
  /** Executions that were led to their end, deadlocked ones included: one for each trace. */
  readonly traces: number;
  /** Prefixes that were given up, as all that could follow is part of another trace. */
  readonly blocked: number;
  /** Why the search ended before it had seen all, or null. */
  readonly spent: string | null;
}

export interface TraceBudget extends Watch {
  /** Beyond so many executions, finished or given up, the search ends. */
  readonly maxExecutions: number;
}

/** What makes it sound. Others are for tests, which show that each rule is needed. */
export interface Rules {
  dependent(a: Touched, b: Touched): boolean;
  /** Whether a thread that sleeps goes on sleeping after a step of another. */
  sleepsOn(next: Touched, taken: Touched): boolean;
  /** Whether those that wait at an end are looked at for races. */
  readonly racesOfThoseThatWait: boolean;
  /** Whether a blocking step races with all that it depends on. */
  readonly blockingRacesWithAll: boolean;
  /** Whether any step races with all that nothing makes it come after, or with the last alone. */
  readonly races: 'all' | 'last';
  /** Who is to be tried for an event to come first: those that begin what it needs, or it alone. */
  readonly reversedBy: 'initials' | 'racer';
  /** Whether threads whose executions were all seen are put to sleep. */
  readonly sleeps: boolean;
}

export const SOUND: Rules = {
  dependent,
  sleepsOn: (next, taken) => !dependent(next, taken),
  racesOfThoseThatWait: true,
  blockingRacesWithAll: true,
  races: 'all',
  reversedBy: 'initials',
  sleeps: true,
};

export interface Visitor {
  readonly onTrace?: (finished: Finished) => void;
  /** All that was seen is forgotten. */
  readonly onRestart?: () => void;
}

/** An execution at its end, for whoever wants to look at it. */
export interface Finished {
  events(): readonly Event[];
}

/**
 * Leads one execution of each trace to its end. The machine is left as it was.
 *
 * What a step depends on is known once it was seen in all ways that it can take (footprint.ts). Where
 * the search finds that it depends on more, it begins anew with what it then knows, and tells.
 */
export function eachTrace(
  machine: Machine,
  budget: TraceBudget,
  { onTrace = () => {}, onRestart = () => {} }: Visitor,
  rules: Rules = SOUND,
): Traces {
  for (;;) {
    const search = new Search(machine, budget, onTrace, rules);
    try {
      const spent = search.run();
      return { traces: search.traces, blocked: search.blocked, spent };
    } catch (error) {
      if (!(error instanceof MoreIsKnown)) throw error;
      onRestart();
    }
  }
}

class MoreIsKnown extends Error {}

/** A state on the way. Sets of moves, a bit each by id. */
interface Frame {
  /** So many of the list: frames are used again. */
  readonly moves: Move[];
  count: number;
  /** Those that are to be tried. */
  backtrack: number;
  /** Those whose executions from here are part of others that were or will be seen. */
  asleep: number;
}

class Search {
  traces = 0;
  blocked = 0;
  private readonly machine: Machine;
  private readonly growths: number;
  private readonly events: Events;
  private readonly frames: Frame[] = [];
  private readonly meter: Meter;
  private readonly finished: Finished;
  private readonly onTrace: (finished: Finished) => void;
  private readonly rules: Rules;
  private readonly sleepsOn: Pairs<Touched>;

  constructor(
    machine: Machine,
    budget: TraceBudget,
    onTrace: (finished: Finished) => void,
    rules: Rules,
  ) {
    this.machine = machine;
    this.growths = machine.growths;
    this.events = new Events(rules.dependent, (touched) => machine.isContested(touched));
    this.meter = new Meter(budget.maxExecutions, 'executions', 0, budget);
    this.onTrace = onTrace;
    this.rules = rules;
    this.sleepsOn = new Pairs(rules.sleepsOn);
    this.finished = { events: () => this.events.list() };
  }

  run(): string | null {
    const start = this.machine.depth;
    try {
      this.visit(0, 0, 1);
    } catch (error) {
      if (error instanceof BudgetSpent) return error.message;
      throw error;
    } finally {
      this.machine.undoTo(start);
    }
    return null;
  }

  /** @param share of the whole search that is below here, as an estimate */
  private visit(depth: number, asleep: number, share: number): void {
    const { meter, rules } = this;
    const frame = this.frameAt(depth);
    if (this.machine.growths !== this.growths) throw new MoreIsKnown();
    const { count } = frame;
    const first = firstOf(frame, ~asleep);
    if (first === undefined) {
      this.leaf(count === 0);
      meter.finished(share);
      return;
    }
    frame.backtrack = threadOf(frame, first);
    frame.asleep = asleep;
    // What is never tried is done as well, once it is known that it need not be.
    let left = share;
    let done = 0;
    let next: Move | undefined = first;
    while (next !== undefined) {
      this.take(next, depth, share / count);
      left -= share / count;
      done |= bit(next);
      if (rules.sleeps) frame.asleep |= bit(next);
      next = firstOf(frame, frame.backtrack & ~frame.asleep & ~done);
    }
    meter.finished(left);
  }

  private frameAt(depth: number): Frame {
    const frame = this.frames[depth] ?? { moves: [], count: 0, backtrack: 0, asleep: 0 };
    this.frames[depth] = frame;
    frame.count = this.machine.movesInto(frame.moves);
    return frame;
  }

  /** Where nobody goes on: an execution at its end, or one that others stand for. */
  private leaf(isEnd: boolean): void {
    this.meter.count();
    if (isEnd) this.traces++;
    else this.blocked++;
    if (isEnd) this.onTrace(this.finished);
    // Whoever waits has a step that others may have prevented.
    if (!this.rules.racesOfThoseThatWait) return;
    for (const { from, touched } of this.machine.waiting()) {
      this.events.meets(from.number, touched, this.rules.blockingRacesWithAll, this.rules.races);
      this.reverseAll(from.number);
    }
  }

  private take(move: Move, depth: number, share: number): void {
    const { machine, events, rules } = this;
    const stillAsleep = this.sleepOn(move, depth);
    const { from, touched } = move;
    const canBlock = from.block !== null;
    events.meets(from.number, touched, canBlock && rules.blockingRacesWithAll, rules.races);
    this.reverseAll(from.number);
    events.push(move);
    machine.take(move);
    this.visit(depth + 1, stillAsleep, share);
    events.pop();
    machine.undo();
  }

  /** Who sleeps on after a step: asked before it, where those that sleep would have taken theirs. */
  private sleepOn(move: Move, depth: number): number {
    const frame = this.frames[depth];
    if (frame === undefined || frame.asleep === 0) return 0;
    const { moves, count, asleep } = frame;
    let still = 0;
    for (let at = 0; at < count; at++) {
      const other = moves[at];
      if (other === undefined || (asleep & bit(other)) === 0 || other.from === move.from) continue;
      if (this.sleepsOn.has(other.touched, move.touched)) still |= bit(other);
    }
    return still;
  }

  /** Wherever an earlier event could as well have come after the step, that is to be tried. */
  private reverseAll(thread: number): void {
    const { events } = this;
    for (let race = 0; race < events.races; race++) this.reverse(events.race(race), thread);
  }

  /** One of those that begin what the racing step needs must be tried before event `at`. */
  private reverse(at: number, racer: number): void {
    const frame = this.frames[at];
    if (frame === undefined) throw new Error('an event without a state that it was taken in');
    const { moves, count, backtrack, asleep } = frame;
    const begins =
      this.rules.reversedBy === 'initials' ? this.events.initialsWithout(at, racer) : 1 << racer;
    let able: Move | undefined;
    for (let index = 0; index < count; index++) {
      const move = moves[index];
      if (move === undefined || (begins & (1 << move.from.number)) === 0) continue;
      // Of a thread that has a choice, each alternative.
      if ((threadOf(frame, move) & ~(backtrack | asleep)) === 0) return;
      able ??= move;
    }
    if (able !== undefined) frame.backtrack |= threadOf(frame, able);
  }
}

/** Sets are words. */
function bit({ id, from }: Move): number {
  if (id >= MOST_THREADS || from.number >= MOST_THREADS) {
    throw new BudgetSpent(`more than ${MOST_THREADS} threads and choices`);
  }
  return 1 << id;
}

/** Every alternative of a move's thread. */
function threadOf({ moves, count }: Frame, one: Move): number {
  if (one.alternatives.length === 1) return bit(one);
  let set = 0;
  for (let at = 0; at < count; at++) {
    const move = moves[at];
    if (move?.from === one.from) set |= bit(move);
  }
  return set;
}

function firstOf({ moves, count }: Frame, set: number): Move | undefined {
  for (let at = 0; at < count; at++) {
    const move = moves[at];
    if (move !== undefined && (set & bit(move)) !== 0) return move;
  }
  return undefined;
}

export function dependent(
  a: Pick<Touched, 'reads' | 'writes'>,
  b: Pick<Touched, 'reads' | 'writes'>,
): boolean {
  return meet(a.writes, b.writes) || meet(a.writes, b.reads) || meet(b.writes, a.reads);
}
