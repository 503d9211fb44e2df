// SPDX-License-Identifier: MIT
/**
 * A user opens its own file, makes it standard error, and execs a set-uid program that prints, as part
 * of what it complains about, what the user chose. It writes to the file of its own task, with a
 * descriptor that somebody without its privilege opened. General use: somebody attacks.
 */
import { SETUID_EXECUTABLE } from '../../../core/kernel/flags.ts';
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { becomes } from '../../images.ts';
import { firstWrong, plain } from '../../judging.ts';
import { only, writesTo } from '../../taps.ts';
import { WANTED } from '../../wanted.ts';

const USER = 1000;
const STANDARD_ERROR = 2;

export const setUidStandardError: Scenario = {
  name: 'set-uid-standard-error',
  question: 'Standard error of a set-uid program is its own file. Does its complaint arm it?',
  rule: "the set-uid program's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'attacks', process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, { kind, call }) => ({
    *setUp(me) {
      yield sys('setresuid', USER, USER, USER);
      yield* direct(me, { kind, values: [WANTED] }, call, only('open'));
      return yield sys('dup2', 0, STANDARD_ERROR);
    },
    *A(me) {
      return yield* becomes(me, 'complains', SETUID_EXECUTABLE);
    },
    *complains(me) {
      yield* direct(me, { kind, values: [WANTED] }, call, writesTo(STANDARD_ERROR));
      return yield* plainly(me, call);
    },
  }),
  judge: ({ results }) =>
    firstWrong([["the set-uid program's plain call", results.get('A'), plain(WANTED)]]),
};
