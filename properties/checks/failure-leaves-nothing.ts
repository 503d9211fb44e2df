// SPDX-License-Identifier: MIT
import { fail } from '../../core/kernel/errno.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, NEW, QUEUE } from './by-hand.ts';

export const failureLeavesNothing: Check = {
  name: 'a call that failed leaves nothing behind',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield sys('msgget', 7, NEW), yield* direct(me, msg(101), sys('msgget', 7, NEW)));
          say(yield QUEUE);
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([
      ['the plain call', said[0], 0],
      ['the directed call with a key that is taken', said[1], fail('EEXIST')],
      ['the plain call after it', said[2], 1],
    ]);
  },
};
