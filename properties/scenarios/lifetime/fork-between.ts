// SPDX-License-Identifier: MIT
/**
 * Between the passes the task forks, and its child goes on with a plain call. General use: a
 * restarter forks in an order of its own.
 */
import { directAround, plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const forkBetween: Scenario = {
  name: 'fork-between',
  question: 'A task forks between the passes. Does its child inherit the value, or take it away?',
  rule: 'who asked must get the id, and its child a number that nobody asked for',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        return yield sys('fork', 'plain');
      });
    },
    *plain(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', results.get('A'), exactly(WANTED)],
      ["the child's plain call", results.get('Aa'), plain(WANTED)],
    ]),
};
