// SPDX-License-Identifier: MIT
/** Who makes the calls that are counted and timed. */
import type { WantKind } from '../core/kernel/directed.ts';
import { type Direct, directBy } from '../core/kernel/scenario.ts';
import { canDirect, type KernelHalf, type Strategy } from '../core/kernel/strategy.ts';
import type { Mode } from './rows.ts';

export interface Entrant {
  readonly by: string;
  readonly mode: Mode;
  readonly half: KernelHalf;
  /** How it directs a call; null where calls are plain. */
  readonly direct: Direct | null;
  /** Has it anything to say about calls of this kind? */
  takes(kind: WantKind): boolean;
}

/**
 * Each strategy used, by every caller half; of a form as posted by its own alone, as the others show
 * how it fails.
 */
export function users(strategies: readonly Strategy[]): Entrant[] {
  return strategies.flatMap((strategy) => {
    const { name, kernel: half, form, caller, variants } = strategy;
    const isPosted = form === 'as posted' || form === 'as named';
    const takes = (kind: WantKind) => canDirect(strategy, kind);
    const callers = [[name, caller] as const].concat(
      Object.entries(isPosted ? {} : (variants ?? {})).map(([variant, other]) => [
        `${name} (${variant})`,
        other,
      ]),
    );
    return callers.map(
      ([by, callerHalf]): Entrant => ({
        by,
        mode: 'directed',
        half,
        direct: directBy(callerHalf),
        takes,
      }),
    );
  });
}

/** Plain Linux; each facility present and unused, where it adds one; each used. */
export function entrants(strategies: readonly Strategy[]): Entrant[] {
  const plain = { direct: null, takes: () => true };
  return [
    { by: 'plain Linux', mode: 'plain', half: {}, ...plain },
    ...strategies
      .filter(({ kernel }) => Object.keys(kernel).length > 0)
      .map(({ name, kernel }): Entrant => ({ by: name, mode: 'unused', half: kernel, ...plain })),
    ...users(strategies),
  ];
}
