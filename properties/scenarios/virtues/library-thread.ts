// SPDX-License-Identifier: MIT
/**
 * pthread_create() of a library that was never changed: it takes memory for the stack, which here is
 * a segment, and clones. Restarter: threads are restored by number, as mutexes hold these.
 */
import { CLONE_A_THREAD, IPC_CREAT, IPC_PRIVATE } from '../../../core/kernel/flags.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { type Program, sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const STACK_BYTES = 4096;

/** Knows nothing of any design. */
function* pthreadCreate(): Program {
  const segment = yield sys('shmget', IPC_PRIVATE, STACK_BYTES, IPC_CREAT | 0o600);
  yield sys('shmat', segment, 0);
  return yield sys('clone', CLONE_A_THREAD, 'thread');
}

export const libraryThread: Scenario = {
  name: 'library-thread',
  question: "A library's own function makes a thread. Can the thread's number be chosen?",
  rule: 'the thread that the library makes must have the number that was asked for',
  kind: 'virtue',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call, (_made, isTheCall) =>
        isTheCall ? pthreadCreate() : null,
      );
    },
    *thread() {
      return 0;
    },
  }),
  judge: ({ results }) => firstWrong([["the library's thread", results.get('A'), exactly(WANTED)]]),
};
