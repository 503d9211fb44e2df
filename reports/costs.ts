// SPDX-License-Identifier: MIT
/** Figures of a result of costs, by what they are of. */
import type { Design } from '../core/kernel/strategy.ts';
import type { CostsResult, KernelResult } from './schema/costs.ts';

export type CountResult = NonNullable<KernelResult['counts']['max']>[string];
export type Model = keyof KernelResult['counts'];

/** A caller half, and the design that the kernel must have; from the shortest road to the longest. */
export interface Road {
  readonly by: string;
  readonly head: string;
  readonly design: Design;
}
export const ROADS: readonly Road[] = [
  { by: 'with_id', head: 'with_id', design: 'with_id' },
  { by: 'indirect', head: 'indirect', design: 'indirect' },
  { by: 'setter', head: 'setter', design: 'setter' },
  { by: 'procfs (kept)', head: 'kept', design: 'procfs' },
  { by: 'procfs (openat)', head: 'openat', design: 'procfs' },
  { by: 'procfs', head: 'procfs', design: 'procfs' },
];

export interface Which {
  readonly built: KernelResult['built'];
  readonly config?: KernelResult['config'];
  readonly series?: KernelResult['series'];
}

export const kernelIn = (
  { kernels }: Pick<CostsResult, 'kernels'>,
  { built, config = 'tiny', series = 'designs' }: Which,
): KernelResult | undefined =>
  kernels.find((one) => one.built === built && one.config === config && one.series === series);

export const countIn = (
  costs: Pick<CostsResult, 'kernels'>,
  which: Which,
  row: string,
  model: Model = 'qemu64',
): CountResult | undefined => kernelIn(costs, which)?.counts[model]?.[row];

/**
 * What the model says is a difference is one: two sources that do the same may differ by so many, as a
 * compiler lays them out anew.
 */
const SAME = 2;
export const NONE = '-';

/** `+` and the difference; `=` where it is none. */
export function difference(one: number | undefined, from: number | undefined): string {
  if (one === undefined || from === undefined) return NONE;
  const more = one - from;
  if (Math.abs(more) <= SAME) return '=';
  return more > 0 ? `+${more}` : String(more);
}

export const shown = (count: number | undefined): string =>
  count === undefined ? NONE : String(count);

/** What a row of a road is compared with: the same id, without any road to it; of a fork, a plain one. */
export const floorRow = (call: string, which: 'dense' | 'sparse'): string =>
  call.startsWith('fork') ? `${call} by plain, dense` : `${call} by floor, ${which}`;

export const CALLS = [
  'msgget',
  'semget',
  'shmget',
  'fork, 1 of 2 pids',
  'fork, 2 of 2 pids',
  'fork, 4 of 4 pids',
] as const;

/** For a column that is narrow. */
export const shortCall = (call: string): string =>
  call.replace(/^fork, (\d) of (\d) pids$/, 'fork $1/$2');

export type Lines = CostsResult['patches']['groundwork'];

/** Lines that patches add. */
export const added = (lines: Lines, kind: 'code' | 'tables' | 'other'): number =>
  lines.reduce((sum, one) => sum + one[kind][0], 0);
export const allAdded = (lines: Lines): number =>
  added(lines, 'code') + added(lines, 'tables') + added(lines, 'other');
