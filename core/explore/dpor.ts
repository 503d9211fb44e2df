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
import { BudgetSpent, type OnProgress, PROGRESS_EVERY } from './budget.ts';
import { Machine, type System } from './machine.ts';
import { type CellSet, meet } from './memory.ts';
import { type Event, Events, type Racing } from './trace-events.ts';
import type { Position, Touched } from './trie.ts';

export interface Traces {
  /** Executions that were led to their end, deadlocked ones included: one for each trace. */
  readonly traces: number;
  /** Prefixes that were given up, as all that could follow is part of another trace. */
  readonly blocked: number;
}

export interface TraceBudget {
  /** Beyond so many executions, finished or given up, the run ends with BudgetSpent. */
  readonly maxExecutions: number;
  readonly onProgress?: OnProgress;
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

/** An execution at its end, for whoever wants to look at it. */
export interface Finished {
  readonly machine: Machine;
  events(): readonly Event[];
}

/**
 * Leads one execution of each trace to its end.
 * @throws BudgetSpent where there are more than the budget allows
 */
export function eachTrace(
  system: System,
  budget: TraceBudget,
  onTrace: (finished: Finished) => void,
  rules: Rules = SOUND,
): Traces {
  const search = new Search(system, budget, onTrace, rules);
  search.run();
  return { traces: search.traces, blocked: search.blocked };
}

/** A state on the way, and which of the threads that can go on there are to be tried. */
interface Frame {
  readonly enabled: readonly Position[];
  /** By number of the thread. */
  readonly backtrack: boolean[];
  readonly done: boolean[];
  /** Threads whose executions from here are part of others that were or will be seen. */
  readonly asleep: boolean[];
}

class Search {
  traces = 0;
  blocked = 0;
  private readonly machine: Machine;
  private readonly events = new Events();
  private readonly frames: Frame[] = [];
  private readonly budget: TraceBudget;
  private readonly finished: Finished;
  private readonly onTrace: (finished: Finished) => void;
  private readonly rules: Rules;

  constructor(
    system: System,
    budget: TraceBudget,
    onTrace: (finished: Finished) => void,
    rules: Rules,
  ) {
    this.machine = new Machine(system.threads);
    this.budget = budget;
    this.onTrace = onTrace;
    this.rules = rules;
    this.finished = { machine: this.machine, events: () => this.events.list() };
  }

  run(): void {
    this.visit([]);
    this.machine.verifyDeterminism();
  }

  private visit(asleep: boolean[]): void {
    const enabled = this.machine.enabled();
    const first = firstOf(enabled, asleep, null);
    if (first === undefined) {
      this.leaf(enabled.length === 0);
      return;
    }
    const frame: Frame = { enabled, backtrack: [], done: [], asleep };
    frame.backtrack[first.number] = true;
    this.frames.push(frame);
    let next: Position | undefined = first;
    while (next !== undefined) {
      this.take(next, frame);
      frame.done[next.number] = true;
      if (this.rules.sleeps) asleep[next.number] = true;
      next = firstOf(enabled, asleep, frame);
    }
    this.frames.pop();
  }

  /** Where nobody goes on: an execution at its end, or one that others stand for. */
  private leaf(isEnd: boolean): void {
    if (isEnd) this.traces++;
    else this.blocked++;
    const { maxExecutions, onProgress } = this.budget;
    const led = this.traces + this.blocked;
    if (led > maxExecutions) throw new BudgetSpent(`more than ${maxExecutions} executions`);
    if (led % PROGRESS_EVERY === 0) onProgress?.(led, 'executions');
    if (isEnd) this.onTrace(this.finished);
    this.raceOfThoseThatWait();
  }

  private take(position: Position, { enabled, asleep }: Frame): void {
    const { machine, events, rules } = this;
    const touched = this.next(position);
    // Asked in the state before the step, in which those that sleep would have taken theirs.
    const stillAsleep: boolean[] = [];
    for (const other of enabled) {
      if (asleep[other.number] !== true || other === position) continue;
      if (rules.sleepsOn(this.next(other), touched)) stillAsleep[other.number] = true;
    }
    const clock = this.race(position, touched);
    const { spawned } = machine.take(position);
    events.push(position, touched, clock);
    for (const one of spawned) events.born(one);
    try {
      this.visit(stillAsleep);
    } finally {
      // Also on a spent budget: the cells belong to the caller.
      events.pop();
      machine.undo();
    }
  }

  /** What a thread that can go on would touch. */
  private next(position: Position): Touched {
    const { touched } = this.machine.peek(position);
    const condition = this.machine.condition(position);
    return condition === null ? touched : alsoReading(touched, condition);
  }

  /**
   * Wherever an earlier event could as well have come after this step, that is to be tried. What
   * happens before the step.
   */
  private race(position: Position, touched: Touched): Racing['clock'] {
    const { events, rules } = this;
    const all = position.block !== null && rules.blockingRacesWithAll;
    const racing = events.racing(position.number, touched, all, rules.dependent);
    const { events: found } = racing;
    for (const at of rules.races === 'all' ? found : found.slice(0, 1)) this.reverse(at, racing);
    return racing.clock;
  }

  /** One of those that begin what the racing step needs must be tried before event `at`. */
  private reverse(at: number, racing: Racing): void {
    const frame = this.frames[at];
    if (frame === undefined) throw new Error('an event without a state that it was taken in');
    const { backtrack, asleep } = frame;
    const begins = this.begins(at, racing);
    let able: Position | undefined;
    for (const position of frame.enabled) {
      if (begins[position.number] !== true) continue;
      if (backtrack[position.number] === true || asleep[position.number] === true) return;
      able ??= position;
    }
    if (able !== undefined) backtrack[able.number] = true;
  }

  private begins(at: number, racing: Racing): readonly boolean[] {
    if (this.rules.reversedBy === 'initials') return this.events.initialsWithout(at, racing);
    const begins: boolean[] = [];
    begins[racing.thread] = true;
    return begins;
  }

  /** Whoever waits has a step that others may have prevented. */
  private raceOfThoseThatWait(): void {
    if (!this.rules.racesOfThoseThatWait) return;
    for (const position of this.machine.standing()) {
      if (position.end !== null || this.machine.canStep(position)) continue;
      const reads = this.machine.condition(position) ?? [];
      this.race(position, { reads, writes: [] });
    }
  }
}

/** The first that is to be tried yet, where a frame says who is; any that is not asleep otherwise. */
function firstOf(
  enabled: readonly Position[],
  asleep: readonly boolean[],
  frame: Frame | null,
): Position | undefined {
  for (const position of enabled) {
    const { number } = position;
    if (asleep[number] === true) continue;
    if (frame === null) return position;
    if (frame.backtrack[number] === true && frame.done[number] !== true) return position;
  }
  return undefined;
}

function alsoReading({ reads, writes }: Touched, more: CellSet): Touched {
  const words = Math.max(reads.length, more.length);
  const both = Array.from({ length: words }, (_, word) => (reads[word] ?? 0) | (more[word] ?? 0));
  return { reads: both, writes };
}

export function dependent(a: Touched, b: Touched): boolean {
  return meet(a.writes, b.writes) || meet(a.writes, b.reads) || meet(b.writes, a.reads);
}
