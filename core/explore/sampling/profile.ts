// SPDX-License-Identifier: MIT
/** What one run says about the size of all runs, for samplers that have to know it. */
import type { System } from '../machine.ts';
import { runChosen } from '../run.ts';
import type { Chooser } from './chooser.ts';

export interface Profile {
  readonly threads: number;
  readonly steps: number;
  /** Steps by thread: its own, and those of all that it made, they made, and so on. */
  readonly below: ReadonlyMap<string, number>;
}

/** @param chooser of the run; the memory of `system` is left as it is at the end of it */
export function profileOf({ threads }: System, chooser: Chooser): Profile {
  const parents = new Map<string, string>();
  const below = new Map(threads.map(({ name }) => [name, 0]));
  const { schedule } = runChosen(threads, {
    choose: (enabled) => chooser.choose(enabled),
    pick: (alternatives) => chooser.pick(alternatives),
    took(thread, made) {
      chooser.took(thread, made);
      for (const child of made) parents.set(child, thread);
      for (let at: string | undefined = thread; at !== undefined; at = parents.get(at)) {
        below.set(at, (below.get(at) ?? 0) + 1);
      }
    },
  });
  return { threads: threads.length + parents.size, steps: schedule.length, below };
}
