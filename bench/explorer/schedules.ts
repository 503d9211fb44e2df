// SPDX-License-Identifier: MIT
/**
 * Random schedules of a race, by the samplers and by fast-check's scheduler. There, each thread is
 * an async function that awaits the scheduler before each step, so that both may come in at the
 * same points, run the same steps and ask the same judge.
 */
import fc, { type Scheduler } from 'fast-check';
import type { System } from '../../core/explore/machine.ts';
import { runChosen } from '../../core/explore/run.ts';
import { chanceOfFailing } from '../../core/explore/sampling/chance.ts';
import { drawsFrom } from '../../core/explore/sampling/draw.ts';
import { decimal } from '../../core/explore/sampling/fraction.ts';
import { chooserOf, profileByWalks, type Sampler } from '../../core/explore/sampling/samplers.ts';
import type { Thread } from '../../core/explore/thread.ts';
import { FAST_CHECK, type SchedulesRow } from './rows.ts';
import type { Explored } from './subjects.ts';
import { type Effort, timing } from './timing.ts';

const SAMPLERS: readonly Sampler[] = ['URW', 'PCT(2)', 'random walk'];
/** In one run that is timed. */
const SCHEDULES = 200;
/** Each with the schedules that follow it, up to the first that fails. */
const SEEDS = 50;
const MOST = 10_000;
const MAX_STATES = 10_000;

export async function schedulesRows(
  { of, make }: Explored,
  seed: number,
  effort: Effort,
): Promise<SchedulesRow[]> {
  const seeds = Array.from({ length: SEEDS }, (_, n) => seed + n * MOST);
  const rows: SchedulesRow[] = [];
  for (const by of SAMPLERS) {
    const profile = profileByWalks(make, seed);
    const chance = chanceOfFailing(make(), by, profile, { maxStates: MAX_STATES });
    rows.push({
      of,
      by,
      schedules: SCHEDULES,
      timing: await timing(effort, () => {
        for (let run = 0; run < SCHEDULES; run++) fails(make(), by, profile, seed + run);
      }),
      chance: chance?.kind === 'exactly' ? decimal(chance.fraction) : null,
      firstFailing: seeds.map((first) => {
        let schedule = 1;
        while (schedule <= MOST && !fails(make(), by, profile, first + schedule)) schedule++;
        return { seed: first, schedule: schedule > MOST ? null : schedule };
      }),
    });
  }
  const firstFailing: SchedulesRow['firstFailing'][number][] = [];
  for (const first of seeds) {
    const property = fc.asyncProperty(fc.scheduler(), async (s) => !(await failsUnder(s, make())));
    const { failed, numRuns, errorInstance } = await fc.check(property, {
      seed: first,
      numRuns: MOST,
      endOnFailure: true,
    });
    if (errorInstance instanceof Waits) throw errorInstance;
    firstFailing.push({ seed: first, schedule: failed ? numRuns : null });
  }
  const runAll = fc.asyncProperty(fc.scheduler(), async (s) => {
    await failsUnder(s, make());
  });
  rows.push({
    of,
    by: FAST_CHECK,
    schedules: SCHEDULES,
    timing: await timing(effort, () => fc.assert(runAll, { seed, numRuns: SCHEDULES })),
    chance: null,
    firstFailing,
  });
  return rows;
}

function fails(
  system: System,
  by: Sampler,
  profile: ReturnType<typeof profileByWalks>,
  seed: number,
): boolean {
  const names = system.threads.map(({ name }) => name);
  const chooser = chooserOf(by, profile, names, drawsFrom(seed));
  return system.judge(runChosen(system.threads, chooser)) !== null;
}

/** Who waits for another would have to be asked again and again, which is another race. */
class Waits extends Error {}

async function failsUnder(scheduler: Scheduler, system: System): Promise<boolean> {
  const results = new Map<string, unknown>();
  const run = async ({ name, start }: Thread) => {
    const steps = start();
    for (;;) {
      await scheduler.schedule(Promise.resolve(), name);
      const { done, value } = steps.next();
      if (done === true) {
        results.set(name, value);
        return;
      }
      if (value !== null) throw new Waits(`${name} waits for ${value.why}`);
    }
  };
  await scheduler.waitFor(Promise.all(system.threads.map(run)));
  return system.judge({ results, blocked: [] }) !== null;
}
