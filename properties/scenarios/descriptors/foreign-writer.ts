// SPDX-License-Identifier: MIT
/**
 * Another process of the same user opens a task's file by its path and writes to it. General use: a
 * restarter has its namespaces for itself.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { firstWrong, plain } from '../../judging.ts';
import { opensThatOf } from '../../taps.ts';
import { WANTED } from '../../wanted.ts';

/** Of A: the first task after init. */
const VICTIM = 2;

export const foreignWriter: Scenario = {
  name: 'foreign-writer',
  question: "Another process writes to a task's file, found by its path. Does that arm the task?",
  rule: "the task's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: 'plain', process: 'P', program: 'A' },
    { name: 'B', role: 'writes', process: 'Q', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* plainly(me, call);
    },
    *B(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call, opensThatOf(me, VICTIM));
    },
  }),
  judge: ({ results }) => firstWrong([['the plain call', results.get('A'), plain(WANTED)]]),
};
