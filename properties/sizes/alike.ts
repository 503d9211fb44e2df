// SPDX-License-Identifier: MIT
/** Scenarios of any number of tasks that do the same: for those that grow in a way of their own. */
import type { Scenario, Size } from '../../core/kernel/scenario.ts';
import type { Caller, Program, Programs, Said } from '../../core/kernel/syscall.ts';

/** Tasks A, B, C, ... */
export const nTasks = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => String.fromCharCode(65 + at));

/** A program for each task, under its name. */
export const runByEach = (
  tasks: readonly string[],
  body: (me: Caller, nth: number) => Program<Said>,
): Programs => Object.fromEntries(tasks.map((name, nth) => [name, (me: Caller) => body(me, nth)]));

/** A scenario that is made at any size, at its smallest. */
export const growing = (smallest: Size, at: (size: Size) => Scenario): Scenario => ({
  ...at(smallest),
  at,
});
