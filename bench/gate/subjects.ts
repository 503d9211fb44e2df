// SPDX-License-Identifier: MIT
/**
 * What our own changes can make slower: the explorer's two searches, the model's calls, a restart.
 * Nanoseconds of this suite's JavaScript; they say nothing of any kernel.
 */
import { eachTrace } from '../../core/explore/dpor.ts';
import { oneFieldForAll } from '../../core/explore/example-systems.ts';
import { explore } from '../../core/explore/graph.ts';
import { Machine } from '../../core/explore/machine.ts';
import { A_QUEUE, directBy } from '../../core/kernel/scenario.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import { runInit } from '../../core/model/run.ts';
import { restart } from '../../core/restart/restart.ts';
import { procfs } from '../../strategies/procfs.ts';
import { setter } from '../../strategies/setter.ts';
import { captureOf } from '../restart-sizes.ts';
import { FIRST, mustBe, wantOf } from '../subjects.ts';

export interface TimedSubject {
  /** Unique; a row's name. */
  readonly name: string;
  /** What one operation is. */
  readonly does: string;
  /** An operation of some tenths of a millisecond, which returns how much it did. */
  prepare(): () => number;
}

const MANY = 1_000_000;
const SEED = 200807;
const CALLS = 4;
const TASKS = 1;

export const SUBJECTS: readonly TimedSubject[] = [
  {
    name: 'state graph',
    does: 'the state graph of two threads and one field',
    prepare: () => () => explore(oneFieldForAll(2), { maxStates: MANY }).transitions,
  },
  {
    name: 'traces',
    does: 'the Mazurkiewicz traces of two threads and one field',
    prepare: () => () =>
      eachTrace(new Machine(oneFieldForAll(2).threads), { maxExecutions: MANY }, {}).traces,
  },
  {
    name: 'calls',
    does: `a model kernel, and ${CALLS} calls of msgget that procfs directs`,
    prepare: () => {
      const direct = directBy(procfs.caller);
      return () => {
        const kernel = new ModelKernel(procfs.kernel, {
          *many(me) {
            for (let number = FIRST; number < FIRST + CALLS; number++) {
              const result = yield* direct(me, wantOf('msg', number), A_QUEUE.call);
              mustBe(result === number, 'msgget', result);
            }
            return 0;
          },
        });
        runInit(kernel, 'many');
        return kernel.ledger.entries;
      };
    },
  },
  {
    name: 'restart',
    does: `a restart of ${TASKS} task by setter, with its verification`,
    prepare: () => {
      const capture = captureOf(TASKS, SEED);
      return () => {
        const { end, directed } = restart(capture, 'generated', setter).result;
        if (end.kind !== 'restored') throw new Error(`a restart ended ${end.kind}`);
        return directed;
      };
    },
  },
];
