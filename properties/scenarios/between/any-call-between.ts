// SPDX-License-Identifier: MIT
/**
 * Between the passes, the program makes a call that has nothing to do with ids. By the words of July
 * 2008, "the next syscall to be called", that call has the value. Restarter: where a file is
 * written, close() is such a call, and what a tracer or a C library adds are others.
 */
import { directAround, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const anyCallBetween: Scenario = {
  name: 'any-call-between',
  question: 'Some other call, such as getpid, is made between the passes. Is the id still given?',
  rule: 'who asked must get the id',
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        return yield sys('getpid');
      });
    },
  }),
  judge: ({ results }) => firstWrong([['the directed call', results.get('A'), exactly(WANTED)]]),
};
