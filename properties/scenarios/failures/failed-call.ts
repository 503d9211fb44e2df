// SPDX-License-Identifier: MIT
/**
 * A directed call fails, for one of three reasons, and the program goes on with a plain one. The
 * value of the failed call must be gone: "a stale id is worse than a retry". Restarter: it falls
 * back, or cleans up, after each of these.
 */
import { IPC_CREAT } from '../../../core/kernel/flags.ts';
import {
  type Direct,
  plainly,
  type Scenario,
  type Subject,
} from '../../../core/kernel/scenario.ts';
import { type Program, type ProgramBody, sys } from '../../../core/kernel/syscall.ts';
import { denied, type Expectation, firstWrong, part, plain, taken } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const NOBODY = 65534;
const KEY = 7;

interface Reason {
  readonly name: string;
  readonly what: string;
  readonly directs: Scenario['directs'];
  readonly expected: Expectation;
  readonly setUp: (direct: Direct, subject: Subject) => ProgramBody;
  /** The call that fails, where it is not the subject's. */
  readonly call?: Subject['call'];
  /** What is done before the plain call. */
  readonly afterwards?: () => Program;
}

const failedCall = ({
  name,
  what,
  directs,
  expected,
  setUp,
  call: failing,
  afterwards,
}: Reason): Scenario => ({
  name,
  question: `A directed call fails, ${what}. Does the next plain call find its value?`,
  rule: `the failure must be told, and the plain call get a number that nobody asked for`,
  kind: 'hazard',
  context: 'restarter',
  directs,
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' }],
  programs: (direct, subject) => ({
    setUp: setUp(direct, subject),
    *A(me) {
      const { kind, call } = subject;
      const got = yield* direct(me, { kind, values: [WANTED] }, failing ?? call);
      if (afterwards !== undefined) yield* afterwards();
      return [got, yield* plainly(me, call)];
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', part(results.get('A'), 0), expected],
      ['the plain call after it', part(results.get('A'), 1), plain(WANTED)],
    ]),
});

export const failedForKey = failedCall({
  name: 'failed-for-key',
  what: 'as its key names an object already',
  directs: ['msg'],
  expected: taken,
  setUp: () =>
    function* () {
      return yield sys('msgget', KEY, IPC_CREAT | 0o600);
    },
  call: sys('msgget', KEY, IPC_CREAT | 0o600),
});

export const failedForTakenId = failedCall({
  name: 'failed-for-taken-id',
  what: 'as the id is taken',
  directs: ['msg', 'pid', 'timer'],
  expected: taken,
  setUp: (direct, { kind, call }) =>
    function* (me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
});

export const failedForPrivilege = failedCall({
  name: 'failed-for-privilege',
  what: 'as its caller may not choose',
  directs: ['msg', 'pid', 'timer'],
  expected: denied,
  setUp: () =>
    function* () {
      return yield sys('setresuid', NOBODY, NOBODY, 0);
    },
  // With its privilege back, nothing but the kernel's forgetting protects the plain call.
  *afterwards() {
    return yield sys('setresuid', 0, 0, 0);
  },
});
