// SPDX-License-Identifier: MIT
/** A litmus program on schedules that are drawn: how many of them end in a deadlock. */
import type { System } from '../machine.ts';
import { type Sample, type Sampling, sample } from '../sample.ts';
import { type Chance, chanceOfFailing } from '../sampling/chance.ts';
import { profileByWalks } from '../sampling/samplers.ts';
import type { LitmusProgram } from './program.ts';
import { litmusSystem } from './system.ts';

export interface LitmusSample extends Sample {
  /** How likely a deadlock is by this sampler; null where the state graph is too large to know. */
  readonly chance: Chance | null;
}

export function sampleLitmus(
  program: LitmusProgram,
  sampling: Sampling,
  budget: { readonly maxStates: number },
): LitmusSample {
  const make = (): System => ({
    ...litmusSystem(program),
    judge: ({ blocked }) => (blocked.length === 0 ? null : 'a deadlock'),
  });
  const profile = profileByWalks(make, sampling.seed);
  const chance = chanceOfFailing(make(), sampling.by, profile, budget);
  return { ...sample(make, sampling), chance };
}
