// SPDX-License-Identifier: MIT
/** Who makes the calls that are counted and timed. */
import { type Direct, directBy } from '../core/kernel/scenario.ts';
import type { KernelHalf, Strategy } from '../core/kernel/strategy.ts';
import type { Mode } from './rows.ts';

export interface Entrant {
  readonly by: string;
  readonly mode: Mode;
  readonly half: KernelHalf;
  /** How it directs a call; null where calls are plain. */
  readonly direct: Direct | null;
}

/** Plain Linux; each facility present and unused; each used, by every caller half. */
export function entrants(strategies: readonly Strategy[]): Entrant[] {
  return [
    { by: 'plain Linux', mode: 'plain', half: {}, direct: null },
    ...strategies.map(
      ({ name, kernel }): Entrant => ({ by: name, mode: 'unused', half: kernel, direct: null }),
    ),
    ...strategies.flatMap(({ name, kernel: half, caller, variants }) => [
      { by: name, mode: 'directed' as const, half, direct: directBy(caller) },
      ...Object.entries(variants ?? {}).map(([variant, other]) => ({
        by: `${name} (${variant})`,
        mode: 'directed' as const,
        half,
        direct: directBy(other),
      })),
    ]),
  ];
}
