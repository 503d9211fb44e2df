// SPDX-License-Identifier: MIT
/**
 * Every interleaving of at most so many preemptions, after Musuvathi and Qadeer, "Iterative Context
 * Bounding for Systematic Testing of Multithreaded Programs" (PLDI 2007): a switch costs nothing where
 * the thread before it is done or waits. Depth first with memo, like graph.ts, but over states together
 * with who ran last and how many preemptions are left.
 */
import { BudgetSpent, Meter } from './budget.ts';
import type { Budget, Exploration } from './graph.ts';
import { Machine, type System } from './machine.ts';
import { type Move, NOBODY, switches } from './move.ts';
import type { Schedule } from './schedule.ts';

interface Below {
  readonly paths: bigint;
  readonly failing: bigint;
  /** To a failing end: the fewest preemptions, then the fewest steps. */
  readonly best: Best | null;
}

interface Best {
  readonly preemptions: number;
  readonly steps: number;
  readonly first: Move | null;
}

/** BOUNDED, or EXHAUSTIVE where no interleaving needs more preemptions. */
export function exploreBounded(system: System, preemptions: number, budget: Budget): Exploration {
  return new BoundedGraph(system, budget).run(preemptions);
}

class BoundedGraph {
  private readonly machine: Machine;
  private readonly system: System;
  private readonly meter: Meter;
  private readonly known = new Map<string, Below>();
  /** By number of the state, whether it is an end that the judge rejects; null where it is no end. */
  private readonly states = new Map<number, boolean | null>();
  private transitions = 0;
  private deadlocks = 0;
  /** Whether a move was left out on account of the bound. */
  private isCut = false;
  private firstFailing: Schedule | null = null;

  constructor(system: System, budget: Budget) {
    this.system = system;
    this.meter = new Meter(budget.maxStates, 'states', null, budget);
    this.machine = new Machine(system.threads);
  }

  run(bound: number): Exploration {
    let below: Below | null = null;
    let reason = '';
    try {
      below = this.visit(NOBODY, bound);
      this.machine.verifyDeterminism();
    } catch (error) {
      // The cells belong to the caller.
      this.machine.undoTo(0);
      if (!(error instanceof BudgetSpent)) throw error;
      reason = error.message;
    }
    const ends = [...this.states.values()].filter((end) => end !== null);
    return {
      verdict:
        below === null
          ? { kind: 'INCOMPLETE', reason, seen: this.meter.done }
          : this.isCut
            ? { kind: 'BOUNDED', preemptions: bound }
            : { kind: 'EXHAUSTIVE' },
      states: this.states.size,
      transitions: this.transitions,
      ends: ends.length,
      failingEnds: ends.filter((isWrong) => isWrong).length,
      deadlocks: this.deadlocks,
      interleavings: below?.paths ?? null,
      failing: below?.failing ?? null,
      counterexample: below === null ? this.firstFailing : this.shortest(bound),
    };
  }

  private visit(last: number, left: number): Below {
    const state = this.machine.state();
    const key = `${state} ${last} ${left}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    this.meter.count();
    const moves = this.machine.moves();
    const below = moves.length === 0 ? this.judge(state) : this.branch(moves, last, left);
    if (moves.length > 0) this.states.set(state, null);
    this.known.set(key, below);
    return below;
  }

  private branch(moves: readonly Move[], last: number, left: number): Below {
    let paths = 0n;
    let failing = 0n;
    let best: Best | null = null;
    for (const move of moves) {
      const cost = switches(moves, move, last);
      if (cost > left) {
        this.isCut = true;
        continue;
      }
      this.transitions++;
      this.machine.take(move);
      const below = this.visit(move.from.number, left - cost);
      this.machine.undo();
      paths += below.paths;
      failing += below.failing;
      best = better(best, below.best, move, cost);
    }
    return { paths, failing, best };
  }

  private judge(state: number): Below {
    let isWrong = this.states.get(state) ?? null;
    if (isWrong === null) {
      const end = this.machine.end();
      isWrong = this.system.judge(end) !== null;
      this.states.set(state, isWrong);
      if (end.blocked.length > 0) this.deadlocks++;
      if (isWrong) this.firstFailing ??= this.machine.schedule();
    }
    const best = isWrong ? { preemptions: 0, steps: 0, first: null } : null;
    return { paths: 1n, failing: isWrong ? 1n : 0n, best };
  }

  private shortest(bound: number): Schedule | null {
    let last = NOBODY;
    let left = bound;
    for (;;) {
      const { best } = this.visit(last, left);
      if (best === null) return null;
      const { first } = best;
      if (first === null) break;
      left -= switches(this.machine.moves(), first, last);
      this.machine.take(first);
      last = first.from.number;
    }
    const schedule = this.machine.schedule();
    this.machine.undoTo(0);
    return schedule;
  }
}

function better(best: Best | null, below: Best | null, first: Move, cost: number): Best | null {
  if (below === null) return best;
  const preemptions = below.preemptions + cost;
  const steps = below.steps + 1;
  if (best !== null) {
    const fewer = best.preemptions - preemptions || best.steps - steps;
    if (fewer <= 0) return best;
  }
  return { preemptions, steps, first };
}
