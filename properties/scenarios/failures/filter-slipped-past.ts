// SPDX-License-Identifier: MIT
/**
 * A filter (seccomp) that lists what is forbidden refuses the call that is then directed. Does it
 * still hold? A call that wraps another hides it from the filter, unless the wrapper asks again; a
 * new call under a new name is on no list that was written before it. General use: sandboxes.
 *
 * with_id fails in its best form, for that reason, as clone3 did in mainline, whose sandboxes had to
 * learn of it. A filter that lists what is allowed would refuse both.
 */
import { SECCOMP_SET_MODE_FILTER } from '../../../core/kernel/flags.ts';
import { putText } from '../../../core/kernel/memory.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const filterSlippedPast: Scenario = {
  name: 'filter-slipped-past',
  question: 'A filter that lists what is forbidden refuses a call. Can it be directed past it?',
  rule: 'what the filter refuses as a plain call must be refused as a directed one',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, { kind, call }) => ({
    *setUp({ memory }) {
      const filter = putText(memory, call.name);
      return yield sys('seccomp', SECCOMP_SET_MODE_FILTER, 0, filter, call.name.length);
    },
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
  }),
  judge: ({ results }) => firstWrong([['the directed call', results.get('A'), refusal]]),
};
