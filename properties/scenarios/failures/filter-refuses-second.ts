// SPDX-License-Identifier: MIT
/**
 * A filter (seccomp) refuses fork, after whatever asks has been let through. The refused call never
 * came to the point where the value is taken; then the program clones, which the filter allows, as C
 * libraries fork. General use: a restarter sets filters last.
 *
 * Designs of two passes fail in their best form: what was refused has left its value behind. A call
 * with another name is another call: with_id's is let through, and gets what it asks for.
 */
import { SECCOMP_SET_MODE_FILTER } from '../../../core/kernel/flags.ts';
import { putText } from '../../../core/kernel/memory.ts';
import { CHILD, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, part, plain, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const filterRefusesSecond: Scenario = {
  name: 'filter-refuses-second',
  question: 'A filter refuses the call, after it was asked for. Who finds the value?',
  rule: 'the call must fail or get its number, and a plain clone after it be plain',
  kind: 'hazard',
  context: 'general use',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, { kind, call }) => ({
    *setUp({ memory }) {
      const filter = putText(memory, call.name);
      return yield sys('seccomp', SECCOMP_SET_MODE_FILTER, 0, filter, call.name.length);
    },
    *A(me) {
      const got = yield* direct(me, { kind, values: [WANTED] }, call);
      return [got, yield sys('clone', 0, CHILD)];
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed fork', part(results.get('A'), 0), either(exactly(WANTED), refusal)],
      ['the plain clone after it', part(results.get('A'), 1), plain(WANTED)],
    ]),
};
