// SPDX-License-Identifier: MIT
/**
 * Schedules as text: run-length thread names, "B1 A3 B2" for B A A A B B. What was chosen in the last
 * step of a run stands behind it, where that is not the usual: "A3!ENOMEM B2". Short enough for a
 * mail, and enough to run the same interleaving again.
 */
import { InputError } from '../input-error.ts';

/** One a step: the thread's name, "A", with what is chosen, "A!ENOMEM". */
export type Schedule = readonly string[];

const CHOSEN = '!';

export const stepName = (thread: string, chosen: string | null): string =>
  chosen === null ? thread : `${thread}${CHOSEN}${chosen}`;

export const threadOf = (step: string): string => step.split(CHOSEN, 1)[0] ?? '';

export function formatSchedule(schedule: Schedule): string {
  const runs: { thread: string; steps: number; chosen: string }[] = [];
  for (const step of schedule) {
    const thread = threadOf(step);
    let run = runs.at(-1);
    if (run?.thread !== thread || run.chosen !== '') {
      run = { thread, steps: 0, chosen: '' };
      runs.push(run);
    }
    run.steps++;
    run.chosen = step.slice(thread.length);
  }
  return runs.map(({ thread, steps, chosen }) => `${thread}${steps}${chosen}`).join(' ');
}

const STEPS_MAX = 1_000_000;

/** @throws InputError naming the run that is no run. */
export function parseSchedule(text: string): Schedule {
  const schedule: string[] = [];
  for (const [index, run] of text.trim().split(/\s+/).entries()) {
    const match = /^([A-Z][a-z]*)([1-9]\d{0,5})(![A-Z]+\d*)?$/.exec(run);
    const [, name, steps, chosen = ''] = match ?? [];
    if (name === undefined || steps === undefined) {
      throw new InputError(
        `replay string, run ${index + 1}`,
        `"${run.slice(0, 40)}" is not a thread and a number of steps`,
        'write runs such as "B1 A3!ENOMEM B2"',
      );
    }
    if (schedule.length + Number(steps) > STEPS_MAX) {
      throw new InputError(
        `replay string, run ${index + 1}`,
        `more than ${STEPS_MAX} steps in all`,
        'give the string that a report printed',
      );
    }
    for (let step = 1; step < Number(steps); step++) schedule.push(name);
    schedule.push(name + chosen);
  }
  return schedule;
}

/** How often a thread that could have gone on was made to wait for another. */
export function preemptions(steps: readonly { thread: string; couldGoOn: boolean }[]): number {
  let count = 0;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next !== undefined && next.thread !== step.thread && step.couldGoOn) count++;
  }
  return count;
}
