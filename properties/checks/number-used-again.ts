// SPDX-License-Identifier: MIT
import { CLONE_ARGS, putNumbers, putStruct } from '../../core/kernel/memory.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, NO_SET, QUEUE } from './by-hand.ts';

const NUMBER = 7;

export const numberUsedAgain: Check = {
  name: 'a task with the number of a dead one finds nothing of its',
  directs: ['msg'],
  run({ kernel, caller }) {
    const direct = directBy(caller);
    const { said } = trial(
      (say) => ({
        *init({ memory }) {
          // clone3 gives numbers on every kernel; what is tested is asked for by the design.
          const numbers = putNumbers(memory, 4, [NUMBER]);
          const args = putStruct(memory, CLONE_ARGS, {
            exit_signal: 17,
            set_tid: numbers,
            set_tid_size: 1,
          });
          for (const program of ['dies', 'lives']) {
            say(yield sys('clone3', program, args, CLONE_ARGS.bytes));
            yield sys('wait4', NUMBER, 0, 0);
          }
          return 0;
        },
        *dies(me) {
          yield* direct(me, msg(101), NO_SET);
          return yield sys('exit_group', 0);
        },
        *lives() {
          say(yield QUEUE);
          return yield sys('exit_group', 0);
        },
      }),
      kernel,
    );
    return firstWrong([
      ['the first fork', said[0], NUMBER],
      ['the plain call of the second child', said[2] === NUMBER ? said[1] : said[2], 0],
    ]);
  },
};
