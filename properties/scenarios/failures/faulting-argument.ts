// SPDX-License-Identifier: MIT
/**
 * Part of the argument is in memory that is not mapped: the first piece that the caller half
 * lays out, as a whole and behind its first word, and the second. General use: of a restarter it would be a bug.
 */
import { fail } from '../../../core/kernel/errno.ts';
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import type { Caller } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, part, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** The nth piece, of which so many bytes are there. */
const FAULTS = [
  { nth: 1, bytes: 0 },
  { nth: 1, bytes: 8 },
  { nth: 2, bytes: 0 },
];
/** Apart, as a plain timer has the number behind the last one. */
const wantedAt = (index: number): number => WANTED + 10 * index;
const ALL_WANTED = FAULTS.map((_, index) => wantedAt(index));
/** Far behind anything that is allocated. */
const UNMAPPED = 0x800000;

/** The caller, whose nth piece has only so many bytes, with nothing mapped behind it. */
function faulty({ memory }: Caller, { nth, bytes }: (typeof FAULTS)[number]): Caller {
  let pieces = 0;
  let end = Number.POSITIVE_INFINITY;
  return {
    memory: {
      allocate(wanted) {
        pieces++;
        if (pieces < nth) return memory.allocate(wanted);
        if (pieces > nth) return end + UNMAPPED * pieces;
        const address = memory.allocate(bytes);
        end = address + bytes;
        return address;
      },
      store(address, value) {
        if (address < end) memory.store(address, value);
      },
      load: (address) => (address < end ? memory.load(address) : 0),
    },
  };
}

export const faultingArgument: Scenario = {
  name: 'faulting-argument',
  question: 'Part of the argument faults. Is the caller told, and does anything stay behind?',
  rule: 'a fault must be told as EFAULT, and the plain call after it be plain',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: ALL_WANTED,
  modelOnly: true,
  tasks: [{ name: 'A', role: 'faults', process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      const said: number[] = [];
      for (const [index, fault] of FAULTS.entries()) {
        said.push(
          yield* direct(faulty(me, fault), { kind, values: [wantedAt(index)] }, call),
          yield* plainly(me, call),
        );
      }
      return said;
    },
  }),
  judge: ({ results }) =>
    firstWrong(
      FAULTS.flatMap(({ nth, bytes }, index) => [
        [
          `the directed call with only ${bytes} bytes of piece ${nth}`,
          part(results.get('A'), 2 * index),
          // Where nothing is passed by address, nothing faults.
          either(exactly(fail('EFAULT')), exactly(wantedAt(index))),
        ],
        ['the plain call after it', part(results.get('A'), 2 * index + 1), plain(...ALL_WANTED)],
      ]),
    ),
};
