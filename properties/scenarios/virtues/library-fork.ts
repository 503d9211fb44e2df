// SPDX-License-Identifier: MIT
/**
 * What makes the process is a library that was never changed, as posix_spawn() is: it blocks
 * signals, forks, and unblocks them. A design that directs it needs no change to the library, and
 * none that goes around it. Restarter: what was started by a library is restored by calling it.
 */
import { SIG_BLOCK, SIG_SETMASK } from '../../../core/kernel/flags.ts';
import { CHILD, type Scenario } from '../../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** Knows nothing of any design. */
function* posixSpawn({ memory }: Caller): Program {
  const all = memory.allocate(8);
  const old = memory.allocate(8);
  memory.store(all, 0x7fffffff);
  yield sys('rt_sigprocmask', SIG_BLOCK, all, old, 8);
  const child = yield sys('fork', CHILD);
  yield sys('rt_sigprocmask', SIG_SETMASK, old, 0, 8);
  return child;
}

export const libraryFork: Scenario = {
  name: 'library-fork',
  question: "A library's own function forks. Can the number of its child be chosen?",
  rule: 'the child that the library makes must have the number that was asked for',
  kind: 'virtue',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call, (_made, isTheCall) =>
        isTheCall ? posixSpawn(me) : null,
      );
    },
  }),
  judge: ({ results }) => firstWrong([["the library's child", results.get('A'), exactly(WANTED)]]),
};
