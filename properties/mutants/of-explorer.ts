// SPDX-License-Identifier: MIT
/**
 * Explorers with one rule broken, over random programs: proof that the certificate can fail. The
 * defects are those of tools that are in use, or were, as far as a rule of ours is in their place.
 */
import fc from 'fast-check';
import { bothWays } from '../../core/explore/both-ways.ts';
import { dependent, type Rules, SOUND } from '../../core/explore/dpor.ts';
import { litmusPrograms } from '../../core/explore/litmus/arbitrary.ts';
import { meet } from '../../core/explore/memory.ts';

/** Also for what follows from the one that is broken. */
const awake = (rules: Partial<Rules>): Rules => {
  const merged = { ...SOUND, ...rules };
  const { dependent: depends } = merged;
  return { ...merged, sleepsOn: rules.sleepsOn ?? ((next, taken) => !depends(next, taken)) };
};

export const EXPLORERS: readonly { readonly defect: string | null; readonly rules: Rules }[] = [
  { defect: null, rules: SOUND },
  {
    defect: 'writes are independent of writes',
    rules: awake({
      dependent: (a, b) =>
        dependent({ ...a, writes: [] }, { ...b, reads: [] }) ||
        dependent({ ...a, reads: [] }, { ...b, writes: [] }),
    }),
  },
  {
    defect: 'reads race with nothing',
    rules: awake({ dependent: (a, b) => meet(a.writes, b.writes) }),
  },
  { defect: 'sleepers are never woken', rules: awake({ sleepsOn: () => true }) },
  { defect: 'the last dependent access only', rules: awake({ races: 'last' }) },
  { defect: 'the racer goes first, or nobody', rules: awake({ reversedBy: 'racer' }) },
  { defect: 'those that wait are not looked at', rules: awake({ racesOfThoseThatWait: false }) },
  { defect: 'a lock races with the unlock alone', rules: awake({ blockingRacesWithAll: false }) },
  { defect: 'nobody sleeps', rules: awake({ sleeps: false }) },
];

/** In how many programs each way to look finds something wrong. */
export interface ExplorerRow {
  /** Null for the explorer as it is. */
  readonly defect: string | null;
  readonly programs: number;
  readonly seed: number;
  /** Sums of linear extensions that are not the number of paths. */
  readonly sums: number;
  /** Traces that are seen twice. */
  readonly twice: number;
  /** Deadlocks that are missed. */
  readonly deadlocks: number;
}

/** Of the programs. */
const SEED = 200807;
const PROGRAMS = 200;

export function explorerRow({ defect, rules }: (typeof EXPLORERS)[number]): ExplorerRow {
  const wrong = { sums: 0, twice: 0, deadlocks: 0 };
  for (const program of fc.sample(litmusPrograms, { seed: SEED, numRuns: PROGRAMS })) {
    const { graph, doubles, extensions, deadlocks } = bothWays(program, rules);
    if (extensions !== graph.interleavings) wrong.sums++;
    if (doubles > 0) wrong.twice++;
    if (deadlocks !== graph.deadlocks) wrong.deadlocks++;
  }
  return { defect, programs: PROGRAMS, seed: SEED, ...wrong };
}
