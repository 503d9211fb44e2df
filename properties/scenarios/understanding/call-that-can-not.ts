// SPDX-License-Identifier: MIT
/**
 * A call that can't be directed is made with a value: silently as if nothing had been asked for, or
 * refused? U. Drepper's first version held that no check is needed. General use: a restarter is
 * written against a kernel that it knows.
 *
 * procfs and setter fail in their best form: asking succeeds before anybody knows what will be
 * called, and a call that does not understand knows nothing of it. with_id has no such call to make,
 * which counts as refused (-ENOSYS).
 */
import type { Directable } from '../../../core/kernel/directed.ts';
import { fail } from '../../../core/kernel/errno.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { type Program, sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** Not to be directed, whatever the types say. */
const CALL = sys('getppid');

export const callThatCanNot: Scenario = {
  name: 'call-that-can-not',
  question: 'A value is asked for with a call that does not understand it. Is the caller told?',
  rule: 'it must be refused',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'asks in vain', process: 'P', program: 'A' }],
  programs: (direct, { kind }) => ({
    *A(me) {
      const call = CALL as unknown as Directable;
      // A design of one pass that makes the call as it is has not asked for anything.
      return yield* direct(me, { kind, values: [WANTED] }, call, (_made, isTheCall) =>
        isTheCall && !direct.twoPasses ? noSuchCall() : null,
      );
    },
  }),
  judge: ({ results }) => firstWrong([['getppid, with a value', results.get('A'), refusal]]),
};

function* noSuchCall(): Program {
  return fail('ENOSYS');
}
