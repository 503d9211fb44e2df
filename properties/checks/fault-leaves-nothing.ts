// SPDX-License-Identifier: MIT
import { fail } from '../../core/kernel/errno.ts';
import type { UserMemory } from '../../core/kernel/memory.ts';
import type { Caller } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import type { Check } from '../check.ts';
import { firstWrong, msg, QUEUE } from './by-hand.ts';

/** A caller whose `nth` allocation has only so many bytes, with nothing mapped behind it. */
function faultyFrom({ memory }: Caller, nth: number, bytes: number): Caller {
  let allocations = 0;
  let end = Number.POSITIVE_INFINITY;
  const faulty: UserMemory = {
    allocate(wanted) {
      allocations++;
      if (allocations < nth) return memory.allocate(wanted);
      if (allocations > nth) return end + 8 * allocations;
      const address = memory.allocate(bytes);
      end = address + bytes;
      return address;
    },
    store(address, value) {
      if (address < end) memory.store(address, value);
    },
    load: (address) => (address < end ? memory.load(address) : 0),
  };
  return { memory: faulty };
}

/** Every argument in turn, missing as a whole or behind its first word. */
const FAULTS = [1, 2, 3].flatMap((nth) => [0, 8].map((bytes) => ({ nth, bytes })));

export const faultLeavesNothing: Check = {
  name: 'a fault leaves nothing behind',
  directs: ['msg'],
  run({ kernel, caller }) {
    for (const { nth, bytes } of FAULTS) {
      const { said } = trial(
        (say) => ({
          *init(me) {
            // So that a plain call's id is not the 0 of a value that was never copied.
            yield QUEUE;
            const faulty = faultyFrom(me, nth, bytes);
            const prepared = caller.prepare === undefined ? 0 : yield* caller.prepare(faulty);
            const result = yield* caller.direct(faulty, msg(101), QUEUE, prepared);
            // Where nothing is passed by address, nothing faults.
            say(result === 101 ? fail('EFAULT') : result, yield QUEUE);
            return 0;
          },
        }),
        kernel,
      );
      const wrong = firstWrong([
        [`the directed call with a fault at argument ${nth}`, said[0], fail('EFAULT')],
        ['the plain call after it', said[1], 1],
      ]);
      if (wrong !== null) return wrong;
    }
    return null;
  },
};
