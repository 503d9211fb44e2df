// SPDX-License-Identifier: MIT
/**
 * A process takes a descriptor of another's file, by pidfd_getfd() as a socket would pass it, and
 * writes to it. General use: processes of a restarter have no business with each other's files.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { firstWrong, plain } from '../../judging.ts';
import { only, writesTo } from '../../taps.ts';
import { WANTED } from '../../wanted.ts';

/** Of A: the first task after init; and the first descriptor that it opened. */
const VICTIM = 2;
const ITS_FILE = 0;

export const passedDescriptor: Scenario = {
  name: 'passed-descriptor',
  question: "A process is handed a descriptor of another's file. Can it arm the other?",
  rule: "the other's plain call must get a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: 'plain', process: 'P', program: 'A', setUp: 'opens' },
    { name: 'B', role: 'writes', process: 'Q', program: 'B', setUp: 'takes' },
  ],
  programs(direct, { kind, call }) {
    let taken = 0;
    return {
      *opens(me) {
        return yield* direct(me, { kind, values: [WANTED] }, call, only('open'));
      },
      *takes() {
        taken = yield sys('pidfd_getfd', yield sys('pidfd_open', VICTIM, 0), ITS_FILE, 0);
        return taken;
      },
      *A(me) {
        return yield* plainly(me, call);
      },
      *B(me) {
        return yield* direct(me, { kind, values: [WANTED] }, call, writesTo(taken));
      },
    };
  },
  judge: ({ results }) => firstWrong([['the plain call', results.get('A'), plain(WANTED)]]),
};
