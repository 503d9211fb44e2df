// SPDX-License-Identifier: MIT
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, QUEUE } from './by-hand.ts';

export const childInheritsNothing: Check = {
  name: 'a child inherits nothing',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield* direct(me, msg(101), sys('fork', 'child'));
          return 0;
        },
        *child() {
          say(yield QUEUE);
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([["the child's plain call", said[0], 0]]);
  },
};
