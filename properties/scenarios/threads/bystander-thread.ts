// SPDX-License-Identifier: MIT
/**
 * A bystander in the same process: it has nothing to do with the facility and must notice nothing.
 * A restarter may well be such a process, of which one thread asks and another makes helpers.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';

const WANTED = 11;

export const bystanderThread: Scenario = {
  name: 'bystander-thread',
  question: 'One thread asks for an id, another of its process makes a plain call. Does it notice?',
  rule: 'who asked must get the id, and the plain call beside it a number that nobody asked for',
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' },
    { name: 'B', role: 'plain', process: 'P', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
    *B(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', results.get('A'), exactly(WANTED)],
      ["the bystander's plain call", results.get('B'), plain(WANTED)],
    ]),
};
