// SPDX-License-Identifier: MIT
/**
 * A task keeps its file open and forks; the child writes to the descriptor that it inherited, for
 * all it knows its own. Restarter: one that keeps a descriptor open for all its calls forks with it.
 * A design without a file has nothing to inherit.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, plain } from '../../judging.ts';
import { only } from '../../taps.ts';
import { WANTED } from '../../wanted.ts';

export const inheritedDescriptor: Scenario = {
  name: 'inherited-descriptor',
  question: 'A child writes to the file that its parent had opened. Does it arm its parent?',
  rule: "the parent's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'plain', process: 'P', program: 'A', setUp: 'opens' }],
  programs: (direct, { kind, call }) => ({
    *opens(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call, only('open'));
    },
    *A(me) {
      yield sys('fork', 'writes');
      return yield* plainly(me, call);
    },
    *writes(me) {
      // What opens is passed over, so that 0 is the descriptor: the one that was inherited.
      return yield* direct(me, { kind, values: [WANTED] }, call, only('write'));
    },
  }),
  judge: ({ results }) => firstWrong([['the plain call', results.get('A'), plain(WANTED)]]),
};
