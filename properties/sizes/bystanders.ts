// SPDX-License-Identifier: MIT
/** Who has nothing to do with the facility, makes plain calls, and must notice nothing. */
import { type Outcome, plainly, type Subject } from '../../core/kernel/scenario.ts';
import type { ProgramBody } from '../../core/kernel/syscall.ts';
import { firstWrong, part, plain } from '../judging.ts';

export const bystander = ({ call }: Subject, calls: number): ProgramBody =>
  function* (me) {
    const got: number[] = [];
    for (let made = 0; made < calls; made++) got.push(yield* plainly(me, call));
    return Object.freeze(got);
  };

/** Null if each call of each gave a number that is none of those that were asked for. */
export const noticed = (
  names: readonly string[],
  calls: number,
  wants: readonly number[],
  { results }: Outcome,
): string | null =>
  firstWrong(
    names.flatMap((name) =>
      Array.from(
        { length: calls },
        (_, made) =>
          [`${name}'s plain call`, part(results.get(name), made), plain(...wants)] as const,
      ),
    ),
  );
