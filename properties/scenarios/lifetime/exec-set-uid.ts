// SPDX-License-Identifier: MIT
/**
 * A task without privilege asks, and execs a set-uid program, which has it: a value that outlives exec
 * is then granted to whoever could not have had it. General use: somebody attacks.
 */
import { SETUID_EXECUTABLE } from '../../../core/kernel/flags.ts';
import { directAround, plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { becomes } from '../../images.ts';
import { firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const USER = 1000;

export const execSetUid: Scenario = {
  name: 'exec-set-uid',
  question: 'A user asks, and execs a set-uid program. Is its plain call as plain as it looks?',
  rule: "the set-uid program's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'attacks', process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, { kind, call }) => ({
    *setUp() {
      return yield sys('setresuid', USER, USER, USER);
    },
    *A(me) {
      yield* directAround(direct, me, { kind, values: [WANTED] }, call, () =>
        becomes(me, 'privileged', SETUID_EXECUTABLE),
      );
      // A design that refuses whoever has no privilege comes here, and attacks unarmed.
      return yield* becomes(me, 'privileged', SETUID_EXECUTABLE);
    },
    *privileged(me) {
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([["the set-uid program's plain call", results.get('A'), plain(WANTED)]]),
};
