// SPDX-License-Identifier: MIT
/**
 * Between the passes the task execs, and the new program makes a plain call. General use: a restarter
 * that execs asks for nothing before it.
 */
import { EXECUTABLE } from '../../../core/kernel/flags.ts';
import { directAround, plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { becomes } from '../../images.ts';
import { firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const execBetween: Scenario = {
  name: 'exec-between',
  question: 'A task asks and execs. Does the new program find what the old one asked for?',
  rule: "the new program's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'asks and execs', process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* directAround(direct, me, { kind, values: [WANTED] }, call, () =>
        becomes(me, 'after', EXECUTABLE),
      );
    },
    *after(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([["the new program's plain call", results.get('A'), plain(WANTED)]]),
};
