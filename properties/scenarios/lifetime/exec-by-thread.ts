// SPDX-License-Identifier: MIT
/**
 * A thread that is not the leader execs while it is armed itself, and while its leader, which dies of
 * it, asks as well. The thread goes on under the number of its leader: a value that is found by
 * number, or that is the leader's, would be found by the new program. General use.
 */
import { EXECUTABLE } from '../../../core/kernel/flags.ts';
import { directAround, IDLE, plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { becomes } from '../../images.ts';
import { firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const WANTED_BY_THREAD = WANTED + 1;

export const execByThread: Scenario = {
  name: 'exec-by-thread',
  question: 'A thread asks and execs, beside a leader that asks. What does the new program find?',
  rule: "the new program's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid'],
  wants: [WANTED, WANTED_BY_THREAD],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' },
    { name: 'B', role: 'asks and execs', process: 'P', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      yield* direct(me, { kind, values: [WANTED] }, call);
      return yield IDLE;
    },
    *B(me) {
      const want = { kind, values: [WANTED_BY_THREAD] };
      return yield* directAround(direct, me, want, call, () => becomes(me, 'after', EXECUTABLE));
    },
    *after(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ["the new program's plain call", results.get('B'), plain(WANTED, WANTED_BY_THREAD)],
    ]),
};
