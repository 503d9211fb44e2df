// SPDX-License-Identifier: MIT
/**
 * The thread's central claim, July 2008: a value kept for each thread "makes it possible to avoid
 * races between several threads belonging to the same process".
 */
import { formatSaid, type Scenario } from '../../../core/kernel/scenario.ts';

const WANTED = { A: 101, B: 102 } as const;

export const threadsAskAtOnce: Scenario = {
  name: 'threads-ask-at-once',
  question: 'Two threads of a process each ask for an id. Does each get its own?',
  rule: 'each thread must get the id that it asked for',
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  tasks: [
    { name: 'A', role: `wants ${WANTED.A}`, process: 'P', program: 'A' },
    { name: 'B', role: `wants ${WANTED.B}`, process: 'P', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED.A] }, call);
    },
    *B(me) {
      return yield* direct(me, { kind, values: [WANTED.B] }, call);
    },
  }),
  judge({ results }) {
    for (const [task, wanted] of Object.entries(WANTED)) {
      const got = results.get(task);
      if (got !== wanted) {
        return `${task} asked for ${wanted} and got ${formatSaid(got)}`;
      }
    }
    return null;
  },
};
