// SPDX-License-Identifier: MIT
/**
 * The thread's central claim, July 2008: a value kept for each thread "makes it possible to avoid
 * races between several threads belonging to the same process".
 */
import { formatResult } from '../../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../../core/kernel/flags.ts';
import type { Scenario } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';

const WANTED = { A: 101, B: 102 } as const;

export const threadsAskAtOnce: Scenario = {
  name: 'threads-ask-at-once',
  question: 'Two threads of a process each ask for an id. Does each get its own?',
  rule: 'each thread must get the id that it asked for',
  context: 'restarter',
  tasks: [
    { name: 'A', role: `wants ${WANTED.A}`, process: 'P', program: 'A' },
    { name: 'B', role: `wants ${WANTED.B}`, process: 'P', program: 'B' },
  ],
  programs: (direct) => {
    const queue = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
    return {
      *A(me) {
        return yield* direct(me, { kind: 'msg', values: [WANTED.A] }, queue);
      },
      *B(me) {
        return yield* direct(me, { kind: 'msg', values: [WANTED.B] }, queue);
      },
    };
  },
  judge({ results }) {
    for (const [task, wanted] of Object.entries(WANTED)) {
      const got = results.get(task);
      if (got !== wanted) {
        return `${task} asked for ${wanted} and got ${got === undefined ? 'nothing' : formatResult(got)}`;
      }
    }
    return null;
  },
};
