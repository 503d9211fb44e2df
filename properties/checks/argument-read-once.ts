// SPDX-License-Identifier: MIT
import { explore } from '../../core/explore/graph.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { UserMemory } from '../../core/kernel/memory.ts';
import { formatSaid, type Scenario, type Subject, subjectOf } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import { type Check, type Design, directedOf } from '../check.ts';

const WANTED = 101;
/** No kind, no id, no number and no text: whoever reads this must refuse it. */
const NONSENSE = -7;

/** Where the caller half puts what it passes by address; null if it passes all in registers. */
function whereItLies({ kernel, caller }: Design, { kind, call }: Subject): number | null {
  let first: number | null = null;
  trial(
    () => ({
      *init({ memory }) {
        const prepared = caller.prepare === undefined ? 0 : yield* caller.prepare({ memory });
        const spied: UserMemory = {
          load: (address) => memory.load(address),
          store: (address, value) => memory.store(address, value),
          allocate(bytes) {
            const address = memory.allocate(bytes);
            first ??= address;
            return address;
          },
        };
        return yield* caller.direct({ memory: spied }, { kind, values: [WANTED] }, call, prepared);
      },
      *child() {
        return yield sys('exit_group', 0);
      },
    }),
    kernel,
  );
  return first;
}

const rewritten = (address: number): Scenario => ({
  name: 'argument-rewritten',
  question: 'Another thread rewrites the argument while it is read. Is what was checked used?',
  rule: 'the call must be directed as was asked, or refused',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid'],
  wants: [WANTED],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' },
    { name: 'B', role: 'rewrites', process: 'P', program: 'B' },
  ],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      return yield* direct(me, { kind, values: [WANTED] }, call);
    },
    *B({ memory }) {
      yield sys('getpid');
      try {
        memory.store(address, NONSENSE);
      } catch (error) {
        // Not there yet: A will overwrite nothing, and is not disturbed.
        if (!(error instanceof RangeError)) throw error;
      }
      return 0;
    },
  }),
  judge({ results }) {
    const got = results.get('A');
    const isRefused = got === fail('EINVAL') || got === fail('EFAULT');
    return got === WANTED || isRefused ? null : `A asked for ${WANTED} and got ${formatSaid(got)}`;
  },
});

export const argumentReadOnce: Check = {
  name: 'what was checked of an argument is what is used',
  directs: ['msg', 'pid'],
  run(design) {
    for (const kind of directedOf(design, ['msg', 'pid'])) {
      const subject = subjectOf(design, { directs: [kind], kind: 'hazard' });
      const address = subject === null ? null : whereItLies(design, subject);
      if (subject === null || address === null) continue;
      const system = scenarioOnModel(rewritten(address), design, subject);
      const { verdict, failing, interleavings } = explore(system, { maxStates: 100_000 });
      if (verdict.kind === 'INCOMPLETE') return verdict.reason;
      if (failing !== 0n) return `${kind}: ${failing} of ${interleavings} interleavings fail`;
    }
    return null;
  },
};
