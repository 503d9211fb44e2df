// SPDX-License-Identifier: MIT
/**
 * A bystander in the same process: it has nothing to do with the facility and must notice nothing.
 * A restarter may well be such a process, of which one thread asks and another makes helpers. It grows
 * by bystanders, and by calls of each.
 */
import type { Scenario, Size } from '../../../core/kernel/scenario.ts';
import { exactly, firstWrong } from '../../judging.ts';
import { growing, nTasks } from '../../sizes/alike.ts';
import { bystander, noticed } from '../../sizes/bystanders.ts';
import { WANTED } from '../../wanted.ts';

function atSize({ threads, calls }: Size): Scenario {
  const [asks = 'A', ...bystanders] = nTasks(threads);
  return {
    name: 'bystander-thread',
    question:
      'One thread asks for an id, another of its process makes a plain call. Does it notice?',
    rule: 'who asked must get the id, and the plain call beside it a number that nobody asked for',
    kind: 'hazard',
    context: 'restarter',
    directs: ['msg', 'pid', 'timer'],
    wants: [WANTED],
    tasks: [
      { name: asks, role: `wants ${WANTED}`, process: 'P', program: 'asks' },
      ...bystanders.map((name) => ({ name, role: 'plain', process: 'P', program: 'bystander' })),
    ],
    programs: (direct, subject) => ({
      *asks(me) {
        const { kind, call } = subject;
        return yield* direct(me, { kind, values: [WANTED] }, call);
      },
      bystander: bystander(subject, calls),
    }),
    judge: (outcome) =>
      firstWrong([['the directed call', outcome.results.get(asks), exactly(WANTED)]]) ??
      noticed(bystanders, calls, [WANTED], outcome),
  };
}

export const bystanderThread = growing({ threads: 2, calls: 1 }, atSize);
