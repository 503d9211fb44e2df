// SPDX-License-Identifier: MIT
/**
 * Schedules as text: run-length thread names, "B1 A3 B2" for B A A A B B. Short enough for a mail,
 * and enough to run the same interleaving again.
 */
import { InputError } from '../input-error.ts';

/** Thread names, one a step. */
export type Schedule = readonly string[];

export function formatSchedule(schedule: Schedule): string {
  const runs: { name: string; steps: number }[] = [];
  for (const name of schedule) {
    const last = runs.at(-1);
    if (last?.name === name) last.steps++;
    else runs.push({ name, steps: 1 });
  }
  return runs.map((run) => `${run.name}${run.steps}`).join(' ');
}

const STEPS_MAX = 1_000_000;

/** @throws InputError naming the run that is no run. */
export function parseSchedule(text: string): Schedule {
  const schedule: string[] = [];
  for (const [index, run] of text.trim().split(/\s+/).entries()) {
    const match = /^([A-Z][a-z]*)([1-9]\d{0,5})$/.exec(run);
    const [, name, steps] = match ?? [];
    if (name === undefined || steps === undefined) {
      throw new InputError(
        `replay string, run ${index + 1}`,
        `"${run.slice(0, 40)}" is not a thread and a number of steps`,
        'write runs such as "B1 A3 B2"',
      );
    }
    if (schedule.length + Number(steps) > STEPS_MAX) {
      throw new InputError(
        `replay string, run ${index + 1}`,
        `more than ${STEPS_MAX} steps in all`,
        'give the string that a report printed',
      );
    }
    for (let step = 0; step < Number(steps); step++) schedule.push(name);
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
