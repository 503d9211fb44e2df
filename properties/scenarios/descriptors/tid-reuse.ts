// SPDX-License-Identifier: MIT
/**
 * Somebody holds a descriptor of a task's file. The task dies, its number goes to another, and the
 * descriptor is written to. General use: a restarter reaps what it made before it makes the next.
 */
import { O_WRONLY, SIGKILL } from '../../../core/kernel/flags.ts';
import { putText } from '../../../core/kernel/memory.ts';
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, plain } from '../../judging.ts';
import { only, opensThatOf } from '../../taps.ts';
import { WANTED } from '../../wanted.ts';

const LAST_PID = '/proc/sys/kernel/ns_last_pid';

export const tidReuse: Scenario = {
  name: 'tid-reuse',
  question: "A dead task's file is written to, whose number is now another's. Whom does it arm?",
  rule: "nobody: the new task's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'writes', process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, { kind, call }) => ({
    *setUp(me) {
      const { memory } = me;
      const first = yield sys('fork', 'first');
      // Opened before anything else, so that 0 is the descriptor.
      yield* direct(me, { kind, values: [WANTED] }, call, opensThatOf(me, first, 'open'));
      const lastPid = yield sys('open', putText(memory, LAST_PID), LAST_PID.length, O_WRONLY);
      yield sys('kill', first, SIGKILL);
      yield sys('wait4', first, 0, 0);
      const text = String(first - 1);
      return yield sys('write', lastPid, putText(memory, text), text.length);
    },
    *first() {
      return yield sys('pause');
    },
    *A(me) {
      yield sys('fork', 'second');
      return yield* direct(me, { kind, values: [WANTED] }, call, only('write'));
    },
    *second(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([["the new task's plain call", results.get('Aa'), plain(WANTED)]]),
};
