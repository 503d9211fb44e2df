// SPDX-License-Identifier: MIT
/** All mutants, and what rejects each: proof that checks and scenarios can fail. */
import { explore } from '../../core/explore/graph.ts';
import { type Scenario, subjectOf } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { type Check, type Effort, GLANCE, hasPart } from '../check.ts';
import { CHECKS, callers } from '../checks.ts';
import { largerExplored, MAX_STATES } from '../sizes/explored.ts';
import type { Mutant } from './mutant.ts';
import { OF_KERNEL } from './of-kernel.ts';
import { OF_STRATEGIES } from './of-strategies.ts';

export const MUTANTS: readonly Mutant[] = [...OF_STRATEGIES, ...OF_KERNEL];

/** Something with a name that a design passes or not; null where it has no part in it. */
export interface Trial {
  readonly name: string;
  passes(strategy: Strategy): boolean | null;
}

/** A check, by every caller half. */
export const checkTrial = (check: Check, effort: Effort): Trial => ({
  name: check.name,
  passes(strategy) {
    if (!hasPart(check, strategy)) return null;
    return callers(strategy).every(
      ([, caller]) => check.run({ ...strategy, caller }, effort) === null,
    );
  },
});

/** A scenario, in every interleaving of each size; null where the smallest has too many states. */
export const scenarioTrial = (scenario: Scenario, maxStates: number): Trial => ({
  name: scenario.name,
  passes(strategy) {
    const subject = subjectOf(strategy, scenario);
    if (subject === null) return null;
    const found = explore(scenarioOnModel(scenario, strategy, subject), { maxStates });
    if (found.counterexample !== null) return false;
    if (found.verdict.kind !== 'EXHAUSTIVE') return null;
    const budget = { maxStates: maxStates - found.states };
    for (const { exploration } of largerExplored(scenario, strategy, subject, budget)) {
      if (exploration.counterexample !== null) return false;
    }
    return true;
  },
});

export interface MutantRow {
  readonly mutant: string;
  readonly of: Mutant['of'];
  readonly killedBy: readonly string[];
  readonly survivedBy: readonly string[];
}

/** What rejects each mutant, of all that the strategy passes that it was made of. */
export function mutantMatrix(mutants: readonly Mutant[], trials: readonly Trial[]): MutantRow[] {
  const passed = new Map<Strategy, readonly Trial[]>();
  return mutants.map(({ defect, of, base, strategy }) => {
    const fair = passed.get(base) ?? trials.filter((trial) => trial.passes(base) === true);
    passed.set(base, fair);
    const survived = fair.filter((trial) => trial.passes(strategy) !== false);
    const killed = fair.filter((trial) => !survived.includes(trial));
    const names = (list: readonly Trial[]) => list.map(({ name }) => name);
    return { mutant: defect, of, killedBy: names(killed), survivedBy: names(survived) };
  });
}

/**
 * Whether the one check or scenario that is named for a mutant rejects it, and not what it was made
 * of: what a report has time for.
 */
export function mutantRow(mutant: Mutant, scenarios: readonly Scenario[]): MutantRow {
  const isIt = ({ name }: { readonly name: string }) => name === mutant.rejectedBy;
  const check = CHECKS.find(isIt);
  const scenario = scenarios.find(isIt);
  const trials = [
    ...(check === undefined ? [] : [checkTrial(check, GLANCE)]),
    ...(scenario === undefined ? [] : [scenarioTrial(scenario, MAX_STATES)]),
  ];
  const [row] = mutantMatrix([mutant], trials);
  if (trials.length !== 1 || row === undefined) {
    throw new Error(`no check or scenario is called "${mutant.rejectedBy}"`);
  }
  return row;
}
