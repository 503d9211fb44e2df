// SPDX-License-Identifier: MIT
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import { type Check, directedOf } from '../check.ts';
import { firstWrong, msg, NO_SET, QUEUE } from './by-hand.ts';

export const childInheritsNothing: Check = {
  name: 'a child inherits nothing',
  directs: ['msg'],
  run(design) {
    const { kernel, caller } = design;
    const directsFork = directedOf(design, ['pid']).length > 0;
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          // Armed by a call of another kind: by the fork itself, where the design may wrap it.
          const fork = sys('fork', 'child');
          if (directsFork) return yield* direct(me, msg(101), fork);
          yield* direct(me, msg(101), NO_SET);
          return yield fork;
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
