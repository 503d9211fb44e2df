// SPDX-License-Identifier: MIT
import { explore } from '../../core/explore/graph.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../../core/kernel/flags.ts';
import { A_QUEUE, formatSaid, type Scenario } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { type Check, directedOf } from '../check.ts';
import { QUEUE } from './by-hand.ts';

const [A_WANTS, B_WANTS] = [101, 202];
const SET = sys('semget', IPC_PRIVATE, 1, IPC_CREAT | 0o600);

/** Weaker than that each gets its own, so that designs which lose a value can still hold it. */
const twoKinds: Scenario = {
  name: 'two-kinds-at-once',
  question: 'One thread asks for a queue, another for semaphores. Is a value ever a mixture?',
  rule: 'an id must be one that was asked for with that very kind, or a plain one',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg'],
  wants: [A_WANTS, B_WANTS],
  tasks: [
    { name: 'A', role: `wants msg ${A_WANTS}`, process: 'P', program: 'A' },
    { name: 'B', role: `wants sem ${B_WANTS}`, process: 'P', program: 'B' },
  ],
  programs: (direct) => ({
    *A(me) {
      return yield* direct(me, { kind: 'msg', values: [A_WANTS] }, QUEUE);
    },
    *B(me) {
      return yield* direct(me, { kind: 'sem', values: [B_WANTS] }, SET);
    },
  }),
  judge({ results }) {
    const [a, b] = [results.get('A'), results.get('B')];
    if (a !== A_WANTS && a !== 0) return `A asked for ${A_WANTS} and got ${formatSaid(a)}`;
    return b === B_WANTS || b === 0 ? null : `B asked for ${B_WANTS} and got ${formatSaid(b)}`;
  },
};

export const nobodyElseAsked: Check = {
  name: 'nobody gets what nobody asked for with that kind',
  directs: ['msg'],
  run(design) {
    if (directedOf(design, ['sem']).length === 0) return null;
    const system = scenarioOnModel(twoKinds, design, A_QUEUE);
    const { verdict, failing, interleavings } = explore(system, { maxStates: 100_000 });
    if (verdict.kind === 'INCOMPLETE') return verdict.reason;
    return failing === 0n ? null : `${failing} of ${interleavings} interleavings fail`;
  },
};
