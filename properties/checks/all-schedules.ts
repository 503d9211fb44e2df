// SPDX-License-Identifier: MIT
/** Properties of generated programs of several threads, in every interleaving of each. */
import fc from 'fast-check';
import { type Check, type Design, directedOf, type Effort, FULL } from '../check.ts';
import { smallerThreads, type ThreadProgram, threadPrograms } from '../generated/calls.ts';
import { shorten } from '../generated/shorten.ts';
import { look } from '../generated/threads.ts';

export function threadProgramsFor(design: Design, signals: boolean): fc.Arbitrary<ThreadProgram> {
  const kinds = directedOf(design, ['msg', 'pid']);
  return threadPrograms({ queues: kinds.includes('msg'), pids: kinds.includes('pid'), signals });
}

/** Null, or a program that fails in some interleaving, as short as it gets, and in which. */
function firstWrong(design: Design, signals: boolean, effort: Effort): string | null {
  const fails = (program: ThreadProgram) => look(design, program, effort).wrong !== null;
  const property = fc.property(threadProgramsFor(design, signals), (program) => !fails(program));
  const { seed, threadPrograms: numRuns, shrinks } = effort;
  const found = fc.check(property, { seed, numRuns, endOnFailure: !shrinks }).counterexample?.[0];
  if (found === undefined) return null;
  return look(design, shrinks ? shorten(found, smallerThreads, fails) : found, effort).wrong;
}

export const allSchedules: Check = {
  name: 'threads with calls of their own do not meet, in any interleaving',
  directs: ['msg', 'pid'],
  run: (design, effort = FULL) => firstWrong(design, false, effort),
};

export const allSchedulesWithSignals: Check = {
  name: 'handlers that strike at any point do not meet what they interrupt',
  directs: ['msg', 'pid'],
  run: (design, effort = FULL) => firstWrong(design, true, effort),
};
