// SPDX-License-Identifier: MIT
import { fail } from '../../core/kernel/errno.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, QUEUE } from './by-hand.ts';

export const preparedArmsNoOther: Check = {
  name: 'what one task prepared arms no other',
  directs: ['msg'],
  run({ kernel, caller }) {
    const { prepare } = caller;
    if (prepare === undefined) return null;
    let prepared = 0;
    const { said } = trial(
      (say, all) => ({
        *init(me) {
          prepared = yield* prepare.call(caller, me);
          yield sys('fork', 'child');
          yield { until: () => all.length === 1, why: 'the child' };
          say(yield QUEUE);
          return 0;
        },
        *child(me) {
          say(yield* caller.direct(me, msg(101), QUEUE, prepared));
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([
      ["the child's directed call by an inherited descriptor", said[0], fail('EACCES')],
      ["the parent's plain call after it", said[1], 0],
    ]);
  },
};
