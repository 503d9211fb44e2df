// SPDX-License-Identifier: MIT
/**
 * The task gives its privilege up between the passes. What counts is what it may do when the id is
 * taken. General use: a restarter restores credentials last, and asks for nothing after that.
 */
import { fail } from '../../../core/kernel/errno.ts';
import { directAround, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const NOBODY = 65534;

export const privilegeLostBetween: Scenario = {
  name: 'privilege-lost-between',
  question: 'A task asks while it may, and calls when it may no more. Is it refused?',
  rule: 'an id that is taken without privilege must be refused with EPERM',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        return yield sys('setuid', NOBODY);
      });
    },
  }),
  judge: ({ results }) =>
    firstWrong([['the directed call', results.get('A'), exactly(fail('EPERM'))]]),
};
