// SPDX-License-Identifier: MIT
/**
 * A task two levels deep asks for a number at each level: first for one that is taken at the outer
 * level, which must leave the inner one free, then for a pair that is free. Restarter: a container
 * within one is restored just so.
 */
import { CLONE_NEWPID, IPC_CREAT, IPC_PRIVATE } from '../../../core/kernel/flags.ts';
import { putNumbers } from '../../../core/kernel/memory.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong, part, taken } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const INNER = WANTED;
const OUTER = WANTED + 100;
/** A's own number. */
const TAKEN = 2;

export const nestedNamespaces: Scenario = {
  name: 'nested-namespaces',
  question: 'A task in a nested pid namespace asks for a number at each level. Does it get both?',
  rule: 'both numbers must be had, and a pair of which one is taken be refused as a whole',
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [INNER, OUTER],
  tasks: [{ name: 'A', role: 'looks from outside', process: 'P', program: 'A', setUp: 'setUp' }],
  programs(direct, { kind, call }) {
    let queue = 0;
    return {
      *setUp() {
        queue = yield sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
        return 0;
      },
      *A({ memory }) {
        yield sys('clone', CLONE_NEWPID, 'inner');
        yield sys('msgrcv', queue, memory.allocate(16), 0, 0, 0);
        return yield sys('kill', OUTER, 0);
      },
      *inner(me) {
        const refused = yield* direct(me, { kind, values: [INNER, TAKEN] }, call);
        const got = yield* direct(me, { kind, values: [INNER, OUTER] }, call);
        yield sys('msgsnd', queue, putNumbers(me.memory, 8, [1]), 0, 0);
        return [refused, got];
      },
    };
  },
  judge: ({ results }) =>
    firstWrong([
      ['a pair that is taken outside', part(results.get('Aa'), 0), taken],
      ['a pair that is free', part(results.get('Aa'), 1), exactly(INNER)],
      ['a look from outside', results.get('A'), exactly(0)],
    ]),
};
