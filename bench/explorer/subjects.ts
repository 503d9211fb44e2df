// SPDX-License-Identifier: MIT
/** What is explored, by a name that says what it is. */
import { fourSteps, oneFieldForAll } from '../../core/explore/example-systems.ts';
import type { System } from '../../core/explore/machine.ts';
import { profileByWalks } from '../../core/explore/sampling/samplers.ts';
import { type Scenario, subjectOf } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { atSize } from '../../properties/sizes/size.ts';
import type { Size } from './rows.ts';

export interface Explored {
  readonly of: string;
  /** A fresh one each time. */
  make(): System;
}

/** One of a series with more and more threads. */
export interface Growing extends Explored {
  /** What they ask by. */
  readonly by: string;
}

export function raceOf(scenario: Scenario, strategy: Strategy): Explored {
  const subject = subjectOf(strategy, scenario);
  if (subject === null) throw new Error(`${strategy.name} has no part in ${scenario.name}`);
  return {
    of: `${scenario.name}, ${strategy.name}`,
    make: () => scenarioOnModel(scenario, strategy, subject),
  };
}

export function askingBy(threads: number, strategy: Strategy): Explored {
  const scenario = atSize(threadsAskAtOnce, { threads, calls: 1 });
  if (scenario === null) throw new Error(`${threads} threads can not ask at once`);
  return { ...raceOf(scenario, strategy), of: `${threads} ask at once, ${strategy.name}` };
}

/** No kernel in it: steps of one cell each. */
export const fourStepsOf = (threads: number): Explored => ({
  of: `${threads} threads of 4 one-cell steps`,
  make: () => fourSteps(threads),
});

/** No kernel in it: each sets the same field, takes what is there and keeps it. */
export const oneFieldOf = (threads: number): Explored => ({
  of: `${threads} threads and one field`,
  make: () => oneFieldForAll(threads),
});

/** Of the longest of a few random runs. */
export function sizeOf({ make }: Explored, seed: number): Size {
  const { threads, steps } = profileByWalks(make, seed);
  return { threads, steps };
}
