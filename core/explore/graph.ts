// SPDX-License-Identifier: MIT
/**
 * The state graph, explored depth first with memo. Every state is visited once; interleavings are
 * counted by dynamic programming over the graph, as paths from the start to an end, in exact
 * integers. The graph has no cycles, because a position is a history.
 */
import { BudgetSpent, Meter, type Watch } from './budget.ts';
import { type End, Machine, type System } from './machine.ts';
import type { Schedule } from './schedule.ts';
import type { Move } from './trie.ts';
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

interface Cost {
  readonly preemptions: number;
  readonly steps: number;
  readonly first: Move | null;
}

export function explore(system: System, budget: Budget): Exploration {
  return new Graph(system, budget).run();
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
  private readonly path: string[] = [];
  private firstFailing: Schedule | null = null;

  constructor(system: System, budget: Budget) {
    this.system = system;
    this.meter = new Meter(budget.maxStates, 'states', null, budget);
    this.machine = new Machine(system.threads);
  }

  run(): Exploration {
    let counts: Counts | null = null;
    let reason = '';
    try {
      counts = this.visit();
      this.machine.verifyDeterminism();
    } catch (error) {
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
        this.path.push(move.name);
        try {
          const below = this.visit();
          paths += below.paths;
          failing += below.failing;
        } finally {
          // Also on a spent budget: the cells belong to the caller.
          this.machine.undo();
          this.path.pop();
        }
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
      this.firstFailing ??= [...this.path];
    }
    return { paths: 1n, failing: wrong ? 1n : 0n };
  }

  /** Of all failing runs, one with the fewest preemptions, then steps: memoised, hence minimal. */
  private shortest(): Schedule {
    const costs = new Map<string, Cost | null>();
    const schedule: string[] = [];
    let last: string | null = null;
    for (;;) {
      const cost: Cost | null = this.cost(last, costs);
      if (cost === null) throw new Error('a failing count without a failing run');
      if (cost.first === null) break;
      this.machine.take(cost.first);
      schedule.push(cost.first.name);
      last = cost.first.thread;
    }
    for (const _ of schedule) this.machine.undo();
    return schedule;
  }

  /** The cheapest way from here to a failing end, or null if there is none. */
  private cost(last: string | null, costs: Map<string, Cost | null>): Cost | null {
    const state = this.machine.state();
    if (this.counts[state]?.failing === 0n) return null;
    const keyed = `${last}>${state}`;
    const known = costs.get(keyed);
    if (known !== undefined) return known;
    const moves = this.machine.moves();
    let best: Cost | null = moves.length === 0 ? { preemptions: 0, steps: 0, first: null } : null;
    for (const move of moves) {
      const { thread } = move;
      const switched = thread !== last && moves.some((other) => other.thread === last);
      this.machine.take(move);
      const below = this.cost(thread, costs);
      this.machine.undo();
      if (below === null) continue;
      const cost: Cost = {
        preemptions: below.preemptions + (switched ? 1 : 0),
        steps: below.steps + 1,
        first: move,
      };
      if (best === null || cheaper(cost, best)) best = cost;
    }
    costs.set(keyed, best);
    return best;
  }
}

const cheaper = (a: Cost, b: Cost): boolean =>
  a.preemptions < b.preemptions || (a.preemptions === b.preemptions && a.steps < b.steps);
