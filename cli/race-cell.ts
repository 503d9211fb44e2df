// SPDX-License-Identifier: MIT
/** A cell of the table of races: one scenario by one strategy. */
import { exploreBounded } from '../core/explore/bounded.ts';
import type { Watch } from '../core/explore/budget.ts';
import { agreed, countTraces, waysOf } from '../core/explore/certificate.ts';
import { Machine, type System } from '../core/explore/machine.ts';
import { exploreOrSample } from '../core/explore/sample.ts';
import { subjectOf } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { type Explored, holds, largerExplored } from '../properties/sizes/explored.ts';
import type { Sized } from '../properties/sizes/size.ts';
import { type Certified, raceRow } from '../reports/races.ts';
import type { RaceRow } from '../reports/result.ts';

/** How a cell is explored. */
export interface CellOptions {
  readonly seed: number;
  /** Of all sizes; if the smallest has more, schedules are drawn. */
  readonly maxStates: number;
  /** Only interleavings with at most so many; null for all. */
  readonly preemptions: number | null;
  /** Whether larger sizes are explored. */
  readonly grows: boolean;
  /** A size with more traces, and prefixes given up besides, goes without a certificate. */
  readonly maxExecutions: number;
}

/** Of a scenario whose smallest size has too many states. */
const RUNS = 100;
/** Of what is sampled here it finds the rarest failure far more often than others do. */
const SAMPLER = 'URW';
/** Of the smallest size, which is not to go without a certificate. */
const MAX_EXECUTIONS = 100_000;

/** Null where the strategy can direct nothing that the scenario asks with. */
export function raceCell(
  { scenario, size }: Sized,
  strategy: Strategy & { readonly defect: string | null },
  options: CellOptions,
  watch: Watch,
): RaceRow | null {
  const subject = subjectOf(strategy, scenario);
  if (subject === null) return null;
  const { maxStates, grows, maxExecutions } = options;
  const smallest = explored(() => scenarioOnModel(scenario, strategy, subject), options, watch);
  let shown: Explored = { size, scenario, ...smallest };
  let deepest = holds(shown) ? shown : null;
  if (deepest !== null && grows) {
    const budget = { maxStates: maxStates - smallest.exploration.states, ...watch };
    for (const larger of largerExplored(scenario, strategy, subject, budget)) {
      if (holds(larger)) deepest = larger;
      else shown = larger;
    }
  }
  return raceRow(strategy, {
    shown: certified(shown, MAX_EXECUTIONS, watch),
    deepest: deepest === null ? null : certified(deepest, maxExecutions, watch),
    maxStates,
  });
}

function explored(
  make: () => System,
  { seed, maxStates, preemptions }: CellOptions,
  watch: Watch,
): Omit<Explored, 'size' | 'scenario'> {
  const system = make();
  const machine = new Machine(system.threads);
  const budget = { maxStates, ...watch };
  const sampling = { runs: RUNS, seed, by: SAMPLER } as const;
  const exploration =
    preemptions === null
      ? exploreOrSample(make, budget, sampling, system, machine)
      : exploreBounded(system, preemptions, budget);
  return { exploration, system, machine, make };
}

/** With its traces, where it was explored to its end and these are few enough to count. */
function certified(one: Explored, maxExecutions: number, watch: Watch): Certified {
  const { exploration, system, machine } = one;
  const isWhole = exploration.verdict.kind === 'EXHAUSTIVE';
  const traces = isWhole ? countTraces(system, { maxExecutions, ...watch }, machine) : null;
  agreed(waysOf(exploration, traces));
  return { ...one, traces };
}
