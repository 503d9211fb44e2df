// SPDX-License-Identifier: MIT
/** A cell by the names of what is in it. */
import type { Size } from '../core/kernel/scenario.ts';
import { loadScenarios } from '../properties/index.ts';
import { atSize } from '../properties/sizes/size.ts';
import type { RaceRow } from '../reports/result.ts';
import { loadStrategies } from '../strategies/index.ts';
import { chooseMutant } from './choose.ts';
import { isInterrupted, type Limits, progressOf, whyStop } from './limits.ts';
import { loadOutside } from './outside-design.ts';
import { type CellOptions, raceCell } from './race-cell.ts';

export interface RaceTask extends CellOptions {
  readonly does: 'race';
  readonly scenario: string;
  readonly size: Size;
  readonly strategy: string;
  /** The file that it is from, or null for one of our own. */
  readonly from: string | null;
  /** Of a mutant that takes the strategy's place, or null. */
  readonly defect: string | null;
  /** It is all that is done, so that somebody waits for it. */
  readonly isAlone: boolean;
  readonly limits: Limits;
}

/** Looked for once a thread. */
const known = { strategies: loadStrategies(), scenarios: loadScenarios() };

/** Of our own by name, or the one of a file, which is loaded once a thread as any module is. */
const strategyOf = async ({ strategy, from }: RaceTask) =>
  from === null
    ? (await known.strategies).find(({ name }) => name === strategy)
    : await loadOutside(from);

/** Null where there is no such cell, or no time for it any more. */
export async function race(task: RaceTask): Promise<RaceRow | null> {
  const { limits, isAlone, maxStates, defect } = task;
  if (isInterrupted(limits)) return null;
  const strategy = defect === null ? await strategyOf(task) : chooseMutant(defect).strategy;
  const named = (await known.scenarios).find(({ name }) => name === task.scenario);
  const scenario = named === undefined ? null : atSize(named, task.size);
  if (strategy === undefined || scenario === null) throw new Error('nothing of that name');
  return raceCell({ scenario, size: task.size }, { ...strategy, defect }, task, {
    halt: () => whyStop(limits),
    ...(isAlone ? { onProgress: progressOf(maxStates) } : {}),
  });
}
