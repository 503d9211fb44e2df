// SPDX-License-Identifier: MIT
/**
 * The number of a dead leader is held as long as its session or group lives: find_vpid() finds no
 * task, and yet it is not free. Restarter: a session whose leader is dead is what one must restore,
 * and this is why it can't be had by giving the number away.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, taken } from '../../judging.ts';

export const numberHeldByGroup: Scenario = {
  name: 'number-held-by-group',
  question:
    'A number is held by nothing but the session of a dead leader. Is who asks for it told?',
  rule: 'it must be refused as taken',
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [],
  tasks: [{ name: 'A', role: 'wants a held pid', process: 'P', program: 'A', setUp: 'setUp' }],
  programs(direct, { kind, call }) {
    let held = 0;
    return {
      *setUp() {
        held = yield sys('fork', 'leader');
        return yield sys('wait4', held, 0, 0);
      },
      *leader() {
        yield sys('setsid');
        yield sys('fork', 'member');
        return yield sys('exit_group', 0);
      },
      *member() {
        return 0;
      },
      *A(me) {
        return yield* direct(me, { kind, values: [held] }, call);
      },
    };
  },
  judge: ({ results }) => firstWrong([['the directed fork', results.get('A'), taken]]),
};
