// SPDX-License-Identifier: MIT
import { IPC_PRIVATE } from '../../core/kernel/flags.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, NEW } from './by-hand.ts';

export const otherKindIsPlain: Check = {
  name: 'a call of another kind is as plain',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* direct(me, msg(101), sys('semget', IPC_PRIVATE, 1, NEW)));
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([['semget', said[0], 0]]);
  },
};
