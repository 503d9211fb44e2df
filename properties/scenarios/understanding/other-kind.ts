// SPDX-License-Identifier: MIT
/**
 * The value of one kind meets a call of another: an id of a queue, and the call makes semaphores.
 * Restarter: one that restores both, and mixes them up once, is to find a wrong id nowhere.
 */
import { IPC_CREAT, IPC_PRIVATE } from '../../../core/kernel/flags.ts';
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { either, firstWrong, plain, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const SEMAPHORES = sys('semget', IPC_PRIVATE, 1, IPC_CREAT | 0o600);

export const otherKind: Scenario = {
  name: 'other-kind',
  question: "The value that is asked for is of another kind than the call's. Is it misread?",
  rule: 'the call must be refused, or be as if nothing had been asked for',
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'mixes kinds up', process: 'P', program: 'A' }],
  programs: (direct, { kind }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, SEMAPHORES);
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['a semget that met an id of a queue', results.get('A'), either(plain(WANTED), refusal)],
    ]),
};
