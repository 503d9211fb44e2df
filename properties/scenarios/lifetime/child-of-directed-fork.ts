// SPDX-License-Identifier: MIT
/**
 * The child of a directed fork forks in turn, without asking. A value that sits in the task while
 * the call runs is copied with the task. Restarter: a tree of processes is made just so.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { CHILD } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const childOfDirectedFork: Scenario = {
  name: 'child-of-directed-fork',
  question:
    'The child of a directed fork forks, without asking. Is that fork as plain as it looks?',
  rule: "who asked must get the number, and its child's fork one that nobody asked for",
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, sys('fork', 'forks'));
    },
    *forks() {
      return yield sys('fork', CHILD);
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed fork', results.get('A'), exactly(WANTED)],
      ["its child's plain fork", results.get('Aa'), plain(WANTED)],
    ]),
};
