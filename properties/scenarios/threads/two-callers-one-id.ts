// SPDX-License-Identifier: MIT
/**
 * Two processes want the same id at the same time. A restarter with a sound capture never does;
 * two restarters in the same namespaces do. It grows by processes, and by how often each asks.
 */
import { formatSaid, type Scenario, type Size } from '../../../core/kernel/scenario.ts';
import { taken } from '../../judging.ts';
import { growing, nTasks } from '../../sizes/alike.ts';
import { WANTED } from '../../wanted.ts';

function atSize({ threads, calls }: Size): Scenario {
  const tasks = nTasks(threads);
  return {
    name: 'two-callers-one-id',
    question: 'Two processes want the same id. Does one get it, and is the other told?',
    rule: 'exactly one must get the id, and the other a clear error',
    kind: 'hazard',
    context: 'general use',
    directs: ['msg', 'pid', 'timer'],
    wants: [WANTED],
    tasks: tasks.map((name) => ({
      name,
      role: `wants ${WANTED}`,
      process: name,
      program: 'asks',
    })),
    programs: (direct, { kind, call }) => ({
      *asks(me) {
        const got: number[] = [];
        for (let asked = 0; asked < calls; asked++) {
          got.push(yield* direct(me, { kind, values: [WANTED] }, call));
        }
        return Object.freeze(got);
      },
    }),
    judge({ results }) {
      const got = tasks.flatMap((task) => results.get(task) ?? []);
      const others = got.filter((said) => said !== WANTED);
      if (got.length - others.length !== 1) {
        const all = got.map(formatSaid);
        return `${all.length === 2 ? 'both' : 'all'} asked for ${WANTED} and got ${all.join(' and ')}`;
      }
      const wrong = others.find((said) => !taken.holds(said));
      if (wrong === undefined) return null;
      return `another to ask for ${WANTED} got ${formatSaid(wrong)}, where ${taken.words} belongs`;
    },
  };
}

export const twoCallersOneId = growing({ threads: 2, calls: 1 }, atSize);
