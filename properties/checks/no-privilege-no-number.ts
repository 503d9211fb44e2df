// SPDX-License-Identifier: MIT
import { fail } from '../../core/kernel/errno.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, QUEUE } from './by-hand.ts';

export const noPrivilegeNoNumber: Check = {
  name: 'no privilege, no number',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('setuid', 1000);
          say(yield* direct(me, msg(101), QUEUE), yield QUEUE);
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([
      ['the directed call', said[0], fail('EPERM')],
      ['the plain call after it', said[1], 0],
    ]);
  },
};
