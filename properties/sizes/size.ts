// SPDX-License-Identifier: MIT
/** A scenario at each of its sizes, in a fixed order, the smallest first. */
import type { Scenario, Size } from '../../core/kernel/scenario.ts';
import { freeNames, inCompany } from './company.ts';

/** A scenario, and the size that it has. */
export interface Sized {
  readonly size: Size;
  readonly scenario: Scenario;
}

/** At the size that its file says. */
export const smallest = (scenario: Scenario): Sized => ({
  size: { threads: scenario.tasks.length, calls: 1 },
  scenario,
});

/** "3x2": 3 tasks, 2 calls. */
export const formatSize = ({ threads, calls }: Size): string => `${threads}x${calls}`;

/** Null where the text is no size. */
export function parseSize(text: string): Size | null {
  const [, threads, calls] = /^([1-9]\d?)x([1-9]\d?)$/.exec(text) ?? [];
  return threads === undefined ? null : { threads: Number(threads), calls: Number(calls) };
}

/** The scenario at that size, or null if it has none such. */
export function atSize(scenario: Scenario, { threads, calls }: Size): Scenario | null {
  const more = threads - scenario.tasks.length;
  if (more < 0 || more > freeNames(scenario).length) return null;
  if (more === 0 && calls === 1) return scenario;
  if (scenario.at !== undefined) return scenario.at({ threads, calls });
  // Nobody is there to make these calls.
  if (more === 0) return null;
  return inCompany(scenario, { threads, calls });
}

/** Tasks, or calls, of the largest: nobody has come near. */
const LARGEST = 20;

/** Along diagonals, for each first the one with the most calls: 2x1, 2x2, 3x1, 2x3, 3x2, 4x1, ... */
export function* largerSizes(scenario: Scenario): Generator<Sized> {
  const { threads, calls } = smallest(scenario).size;
  for (let more = 1; threads + more <= LARGEST; more++) {
    for (let tasks = 0; tasks <= more; tasks++) {
      const size = { threads: threads + tasks, calls: calls + more - tasks };
      const sized = atSize(scenario, size);
      if (sized !== null) yield { size, scenario: sized };
    }
  }
}
