// SPDX-License-Identifier: MIT
import { IPC_RMID } from '../../core/kernel/flags.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, QUEUE } from './by-hand.ts';

export const successLeavesNothing: Check = {
  name: 'a call that succeeded leaves nothing behind',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* direct(me, msg(101), QUEUE), yield sys('msgctl', 101, IPC_RMID, 0));
          say(yield QUEUE);
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([
      ['the directed call', said[0], 101],
      ['IPC_RMID', said[1], 0],
      ['the plain call after it', said[2], 0],
    ]);
  },
};
