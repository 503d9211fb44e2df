// SPDX-License-Identifier: MIT
/**
 * The state graph, explored depth first with memo. Every state is visited once; interleavings are
 * counted by dynamic programming over the graph, as paths from the start to an end, in exact
 * integers. The graph has no cycles, because a position is a history.
 */
import { BudgetSpent, Meter, type Watch } from './budget.ts';
import { type End, Machine, type System } from './machine.ts';
import { type Move, NOBODY, switches } from './move.ts';
import type { Schedule } from './schedule.ts';
import type { Verdict } from './verdict.ts';

export interface Exploration {
  readonly verdict: Verdict;
  /** Distinct states seen. */
  readonly states: number;
  /** Edges between them. */
  readonly transitions: number;
  /** Distinct end states, and how many of those the system's judge rejects. */
  readonly ends: number;
  readonly failingEnds: number;
  /** Ends at which some thread waits for ever. */
  readonly deadlocks: number;
  /** Maximal runs, or those within the bound; null where the graph is incomplete. */
  readonly interleavings: bigint | null;
  /** Those that end in a rejected state: of all, of those drawn, or null where neither is known. */
  readonly failing: bigint | null;
  /**
   * A failing run with the fewest preemptions, then the fewest steps; where the graph is
   * incomplete, whichever was seen first. Null if none was seen to fail.
   */
  readonly counterexample: Schedule | null;
}

export interface Budget extends Watch {
  /** Beyond so many, the run ends as INCOMPLETE. */
  readonly maxStates: number;
}

interface Counts {
  readonly paths: bigint;
  readonly failing: bigint;
}

interface Way {
  readonly steps: number;
  readonly first: Move | null;
}

/** By preemptions that are left, and by state and thread that ran last. */
type Ways = readonly Map<number, Way | null>[];

/** @param machine of the system's threads; what it knows of their steps need not be found again */
export function explore(
  system: System,
  budget: Budget,
  machine: Machine = new Machine(system.threads),
): Exploration {
  return new Graph(system, budget, machine).run();
}

class Graph {
  private readonly machine: Machine;
  private readonly system: System;
  private readonly meter: Meter;
  /** By number of the state. */
  private readonly counts: Counts[] = [];
  private transitions = 0;
  private ends = 0;
  private failingEnds = 0;
  private deadlocks = 0;
  private firstFailing: Schedule | null = null;

  constructor(system: System, budget: Budget, machine: Machine) {
    this.system = system;
    this.meter = new Meter(budget.maxStates, 'states', null, budget);
    this.machine = machine;
  }

  run(): Exploration {
    let counts: Counts | null = null;
    let reason = '';
    try {
      counts = this.visit();
      this.machine.verifyDeterminism();
    } catch (error) {
      // The cells belong to the caller.
      this.machine.undoTo(0);
      if (!(error instanceof BudgetSpent)) throw error;
      reason = error.message;
    }
    return {
      verdict:
        counts === null
          ? { kind: 'INCOMPLETE', reason, seen: this.meter.done }
          : { kind: 'EXHAUSTIVE' },
      states: this.meter.done,
      transitions: this.transitions,
      ends: this.ends,
      failingEnds: this.failingEnds,
      deadlocks: this.deadlocks,
      interleavings: counts?.paths ?? null,
      failing: counts?.failing ?? null,
      counterexample:
        counts === null ? this.firstFailing : counts.failing === 0n ? null : this.shortest(),
    };
  }

  private visit(): Counts {
    const state = this.machine.state();
    const known = this.counts[state];
    if (known !== undefined) return known;
    this.meter.count();
    const moves = this.machine.moves();
    let counts: Counts;
    if (moves.length === 0) {
      counts = this.judge(this.machine.end());
    } else {
      let paths = 0n;
      let failing = 0n;
      for (const move of moves) {
        this.transitions++;
        this.machine.take(move);
        const below = this.visit();
        this.machine.undo();
        paths += below.paths;
        failing += below.failing;
      }
      counts = { paths, failing };
    }
    this.counts[state] = counts;
    return counts;
  }

  private judge(end: End): Counts {
    this.ends++;
    if (end.blocked.length > 0) this.deadlocks++;
    const wrong = this.system.judge(end) !== null;
    if (wrong) {
      this.failingEnds++;
      this.firstFailing ??= this.machine.schedule();
    }
    return { paths: 1n, failing: wrong ? 1n : 0n };
  }

  /**
   * Of all failing runs, one with the fewest preemptions, then steps: all with none are looked at,
   * then all with one, and so on, so that it is minimal, and found without looking at those with many.
   */
  private shortest(): Schedule {
    for (let preemptions = 0; ; preemptions++) {
      const known = Array.from({ length: preemptions + 1 }, () => new Map<number, Way | null>());
      if (this.way(NOBODY, preemptions, known) !== null) return this.follow(preemptions, known);
    }
  }

  private follow(preemptions: number, known: Ways): Schedule {
    let last = NOBODY;
    let left = preemptions;
    for (;;) {
      const way = this.way(last, left, known);
      if (way === null) throw new Error('a way to fail without its end');
      if (way.first === null) break;
      const { first } = way;
      left -= switches(this.machine.moves(), first, last);
      this.machine.take(first);
      last = first.from.number;
    }
    const schedule = this.machine.schedule();
    this.machine.undoTo(0);
    return schedule;
  }

  /** The fewest steps from here to a failing end, with no more preemptions than are left; or null. */
  private way(last: number, left: number, known: Ways): Way | null {
    const state = this.machine.state();
    if (this.counts[state]?.failing === 0n) return null;
    const key = state * MOST_THREADS + last + 1;
    const before = known[left]?.get(key);
    if (before !== undefined) return before;
    const moves = this.machine.moves();
    let best: Way | null = moves.length === 0 ? { steps: 0, first: null } : null;
    for (const move of moves) {
      const cost = switches(moves, move, last);
      if (cost > left) continue;
      this.machine.take(move);
      const below = this.way(move.from.number, left - cost, known);
      this.machine.undo();
      if (below === null || (best !== null && best.steps <= below.steps + 1)) continue;
      best = { steps: below.steps + 1, first: move };
    }
    known[left]?.set(key, best);
    return best;
  }
}

/** Far beyond what can be explored. */
const MOST_THREADS = 2 ** 20;
