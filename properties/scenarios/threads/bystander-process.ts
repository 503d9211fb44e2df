// SPDX-License-Identifier: MIT
/**
 * A bystander in a process of its own, in the same namespaces. A restarter makes these anew, but
 * restores its processes at the same time, and not every call of theirs is directed.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const bystanderProcess: Scenario = {
  name: 'bystander-process',
  question: 'One process asks for an id, another makes a plain call. Does either notice the other?',
  rule: 'who asked must get the id, and the plain call beside it a number that nobody asked for',
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' },
    { name: 'B', role: 'plain', process: 'Q', program: 'B' },
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
