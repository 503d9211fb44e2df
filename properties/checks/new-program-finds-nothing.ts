// SPDX-License-Identifier: MIT
import { EXECUTABLE } from '../../core/kernel/flags.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { becomes } from '../images.ts';
import { firstWrong, msg, NO_SET, QUEUE } from './by-hand.ts';

export const newProgramFindsNothing: Check = {
  name: 'a new program finds nothing of the old one',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield* direct(me, msg(101), NO_SET);
          return yield* becomes(me, 'new program', EXECUTABLE);
        },
        *'new program'() {
          say(yield QUEUE);
          return 0;
        },
      }),
      kernel,
    );
    return firstWrong([["the new program's plain call", said[0], 0]]);
  },
};
