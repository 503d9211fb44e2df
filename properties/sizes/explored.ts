// SPDX-License-Identifier: MIT
/** How deep a scenario can be explored within a number of states. */
import { type Budget, type Exploration, explore } from '../../core/explore/graph.ts';
import { Machine, type System } from '../../core/explore/machine.ts';
import type { Scenario, Subject } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { largerSizes, type Sized } from './size.ts';

/** That a report has time for, of all sizes of a scenario by one strategy. */
export const MAX_STATES = 7000;

/** A size, and what was found of it. */
export interface Explored extends Sized {
  readonly exploration: Exploration;
  readonly system: System;
  /** Of its threads, and what is known of them. */
  readonly machine: Machine;
  /** The same system, anew. */
  readonly make: () => System;
}

/** Every interleaving was looked at, and all is well in each. */
export const holds = ({ exploration }: Pick<Explored, 'exploration'>): boolean =>
  exploration.verdict.kind === 'EXHAUSTIVE' && exploration.counterexample === null;

/**
 * Sizes beyond the smallest, one after the other, until one fails or the states are spent, of all
 * together. A size that was cut short is not among them, unless something failed before that.
 */
export function* largerExplored(
  scenario: Scenario,
  strategy: Pick<Strategy, 'caller' | 'kernel'>,
  subject: Subject,
  budget: Budget,
): Generator<Explored> {
  let left = budget.maxStates;
  for (const sized of largerSizes(scenario)) {
    const make = () => scenarioOnModel(sized.scenario, strategy, subject);
    const system = make();
    const machine = new Machine(system.threads);
    const exploration = explore(system, { ...budget, maxStates: left }, machine);
    left -= exploration.states;
    const explored = { ...sized, exploration, system, machine, make };
    if (holds(explored)) yield explored;
    else {
      if (exploration.counterexample !== null) yield explored;
      return;
    }
  }
}
