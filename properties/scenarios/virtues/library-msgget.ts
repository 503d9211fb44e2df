// SPDX-License-Identifier: MIT
/**
 * A library that was never changed makes a queue for its own use, and asks the time of nobody: it
 * looks who it is, and makes the queue. Restarter: a queue that a library holds privately is found
 * again by its id alone.
 */
import { IPC_CREAT, IPC_PRIVATE } from '../../../core/kernel/flags.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { type Program, sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** Knows nothing of any design. */
function* openLog(): Program {
  yield sys('getpid');
  return yield sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
}

export const libraryMsgget: Scenario = {
  name: 'library-msgget',
  question: "A library's own function makes a queue. Can the queue's id be chosen?",
  rule: 'the queue that the library makes must have the id that was asked for',
  kind: 'virtue',
  context: 'restarter',
  directs: ['msg'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call, (_made, isTheCall) =>
        isTheCall ? openLog() : null,
      );
    },
  }),
  judge: ({ results }) => firstWrong([["the library's queue", results.get('A'), exactly(WANTED)]]),
};
