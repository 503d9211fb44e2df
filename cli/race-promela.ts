// SPDX-License-Identifier: MIT
/** A scenario for Spin, with what it should find. */
import { explore } from '../core/explore/graph.ts';
import type { System } from '../core/explore/machine.ts';
import { promelaOfSystem } from '../core/explore/spin/promela.ts';
import { InputError } from '../core/input-error.ts';
import { progressOf } from './limits.ts';
import { print } from './terminal.ts';

export interface Named {
  readonly scenario: string;
  readonly strategy: string;
}

/**
 * @param make a fresh system each time
 * @throws InputError where it has more than `maxStates` states
 */
export function printForSpin({ scenario, strategy }: Named, make: () => System, maxStates: number) {
  const onProgress = progressOf(maxStates);
  const { verdict, states, transitions, ends, failingEnds } = explore(make(), {
    maxStates,
    onProgress,
  });
  if (verdict.kind !== 'EXHAUSTIVE') {
    const problem = `by ${strategy} it has more than ${maxStates} states, too many for a program`;
    throw new InputError(scenario, problem, 'choose another scenario or strategy');
  }
  print(
    [
      `/* ${scenario} by ${strategy}, as Sideband's model steps through it.`,
      `   States ${states}, transitions ${transitions + 1}, the initial state's included, by`,
      '     spin -a program.pml',
      '     gcc -DSAFETY -DNOREDUCE -DVECTORSZ=8192 -o pan pan.c',
      '     ./pan -E',
      `   Of ${ends} ends ${failingEnds} fail: so many errors, after`,
      '     spin -DJUDGE -a program.pml, and gcc as before',
      '     ./pan -E -e -c0 */',
      '',
      promelaOfSystem(make(), { maxStates }),
    ].join('\n'),
  );
}
