// SPDX-License-Identifier: MIT
import { explore } from '../../core/explore/graph.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { SIGUSR1 } from '../../core/kernel/flags.ts';
import { putStruct, SIGACTION } from '../../core/kernel/memory.ts';
import { A_CHILD, formatSaid, type Scenario } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import type { Check } from '../check.ts';

const WANTED = 101;

/** A signal whose handler does nothing comes before, in or after a fork: ERESTARTNOINTR. */
const interruptedFork: Scenario = {
  name: 'interrupted-fork',
  question: 'A fork is interrupted by a signal and made again. Is it still directed?',
  rule: 'the child must have the number that was asked for',
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'listen' },
    { name: 'B', role: 'signals', process: 'Q', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *listen({ memory }) {
      const action = putStruct(memory, SIGACTION, { handler: 1000 });
      return yield sys('rt_sigaction', 'handler', SIGUSR1, action, 0, 8);
    },
    *handler() {
      return 0;
    },
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
    *B() {
      // A was booted behind init.
      return yield sys('kill', 2, SIGUSR1);
    },
  }),
  judge({ results }) {
    const got = results.get('A');
    return got === WANTED ? null : `A asked for ${formatResult(WANTED)} and got ${formatSaid(got)}`;
  },
};

export const interruptedIsDirected: Check = {
  name: 'a fork that is interrupted and made again is still directed',
  directs: ['pid'],
  run(design) {
    const system = scenarioOnModel(interruptedFork, design, A_CHILD);
    const { verdict, failing, interleavings } = explore(system, { maxStates: 100_000 });
    if (verdict.kind === 'INCOMPLETE') return verdict.reason;
    return failing === 0n ? null : `${failing} of ${interleavings} interleavings fail`;
  },
};
