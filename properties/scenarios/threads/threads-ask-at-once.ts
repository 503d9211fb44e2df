// SPDX-License-Identifier: MIT
/**
 * The thread's central claim, July 2008: a value kept for each thread "makes it possible to avoid
 * races between several threads belonging to the same process". It grows by threads, and by calls of
 * each, one directed call after the other.
 */
import { formatSaid, type Scenario, type Size } from '../../../core/kernel/scenario.ts';
import { part } from '../../judging.ts';
import { growing, nTasks, runByEach } from '../../sizes/alike.ts';

const FIRST = 101;

function atSize({ threads, calls }: Size): Scenario {
  const tasks = nTasks(threads);
  const wanted = (thread: number) =>
    Array.from({ length: calls }, (_, call) => FIRST + call * threads + thread);
  return {
    name: 'threads-ask-at-once',
    question: 'Two threads of a process each ask for an id. Does each get its own?',
    rule: 'each thread must get the id that it asked for',
    kind: 'hazard',
    context: 'restarter',
    directs: ['msg', 'pid', 'timer'],
    wants: tasks.flatMap((_, thread) => wanted(thread)),
    tasks: tasks.map((name, thread) => ({
      name,
      role: `wants ${wanted(thread).join(', ')}`,
      process: 'P',
      program: name,
    })),
    programs: (direct, { kind, call }) =>
      runByEach(tasks, function* (me, thread) {
        const got: number[] = [];
        for (const id of wanted(thread)) {
          got.push(yield* direct(me, { kind, values: [id] }, call));
        }
        return Object.freeze(got);
      }),
    judge({ results }) {
      for (const [thread, task] of tasks.entries()) {
        for (const [at, id] of wanted(thread).entries()) {
          const got = part(results.get(task), at);
          if (got !== id) return `${task} asked for ${id} and got ${formatSaid(got)}`;
        }
      }
      return null;
    },
  };
}

export const threadsAskAtOnce = growing({ threads: 2, calls: 1 }, atSize);
