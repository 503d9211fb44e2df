// SPDX-License-Identifier: MIT
/**
 * fork sees to what is pending before it forks: it ends with -ERESTARTNOINTR and is made again, out
 * of sight of user code. A value that the first making took must be there for the second. Restarter:
 * one that forks has a handler for SIGCHLD, as CRIU does.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { HANDLER_PID, onSignal, SIGNAL } from '../../handlers.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const restartedFork: Scenario = {
  name: 'restarted-fork',
  question:
    'A signal makes the kernel start a fork over. Does the second start know what is asked?',
  rule: 'who asked must get the number, however often the kernel starts over',
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' },
    { name: 'B', role: 'sends a signal', process: 'Q', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *setUp(me) {
      return yield* onSignal(me, 'handler');
    },
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
    *handler() {
      return 0;
    },
    *B() {
      return yield sys('kill', HANDLER_PID, SIGNAL);
    },
  }),
  judge: ({ results }) => firstWrong([['the directed fork', results.get('A'), exactly(WANTED)]]),
};
