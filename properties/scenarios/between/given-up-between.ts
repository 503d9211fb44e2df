// SPDX-License-Identifier: MIT
/**
 * The program gives up between the passes: an error elsewhere, a longjmp, an exception. Later some
 * other part of it makes a plain call. General use: a restarter that gives up ends.
 *
 * Designs of two passes whose value waits for a call that understands fail in their best form: it
 * waits for the wrong one, and there is no telling when.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { type Program, sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const givenUpBetween: Scenario = {
  name: 'given-up-between',
  question: 'A program asks, gives up, and later makes a plain call. Does the old value misfire?',
  rule: 'a plain call must get a number that nobody asked for',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      if (direct.twoPasses) {
        // It was to make the call, and asks for its pid instead.
        yield* direct(me, { kind, values: [WANTED] }, call, (_made, isTheCall) =>
          isTheCall ? getpid() : null,
        );
      }
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) => firstWrong([['the plain call', results.get('A'), plain(WANTED)]]),
};

function* getpid(): Program {
  return yield sys('getpid');
}
