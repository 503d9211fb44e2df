// SPDX-License-Identifier: MIT
/**
 * A second thread rewrites the argument in memory while the kernel reads it: whatever was checked
 * must be what is used. The rewriting thread changes all that the caller half laid out, at once:
 * the text's last digit, every number by one, the name of a call. General use: a restarter does not
 * attack itself.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import type { Caller } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** Most scalars that a caller half lays out. */
const MOST = 16;

/** The caller, whose every store is listed at `list`, the number of them first. */
const listed = ({ memory }: Caller, list: number): Caller => ({
  memory: {
    allocate: (bytes) => memory.allocate(bytes),
    load: (address) => memory.load(address),
    store(address, value) {
      memory.store(address, value);
      const count = Number(memory.load(list)) + 1;
      memory.store(list + 8 * count, address);
      memory.store(list, count);
    },
  },
});

const other = (value: number | string): number | string =>
  typeof value === 'number'
    ? value + 1
    : value.replace(/\d$|^fork$/, (found) =>
        found === 'fork' ? 'getpid' : `${Number(found) + 1}`,
      );

export const argumentRewritten: Scenario = {
  name: 'argument-rewritten',
  question: 'A second thread rewrites the argument while it is read. Is what was checked used?',
  rule: 'the number from before or from after the rewriting, or an error; nothing else',
  kind: 'hazard',
  context: 'general use',
  directs: ['pid'],
  wants: [WANTED, WANTED + 1],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'makeList' },
    { name: 'B', role: 'rewrites', process: 'P', program: 'B' },
  ],
  programs(direct, { kind, call }) {
    let list = 0;
    return {
      *makeList({ memory }) {
        list = memory.allocate(8 * (1 + MOST));
        return 0;
      },
      *A(me) {
        return yield* direct(listed(me, list), { kind, values: [WANTED] }, call);
      },
      *B({ memory }) {
        const count = Number(memory.load(list));
        for (let index = 1; index <= count; index++) {
          const address = Number(memory.load(list + 8 * index));
          memory.store(address, other(memory.load(address)));
        }
        return 0;
      },
    };
  },
  judge: ({ results }) =>
    firstWrong([
      [
        'the directed call',
        results.get('A'),
        either(exactly(WANTED), exactly(WANTED + 1), refusal),
      ],
    ]),
};
