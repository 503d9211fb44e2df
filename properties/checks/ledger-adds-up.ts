// SPDX-License-Identifier: MIT
/**
 * The work of a program is the sum of the work of its calls: no call makes another one dearer, so
 * the rows of the ledger may be added up. Programs of calls that succeed or fail alone as they do
 * together; what a caller prepares once is prepared before.
 */
import { LEDGER_ENTRIES, type LedgerRow, ledgerSince } from '../../core/kernel/ledger.ts';
import { type Check, type Design, FULL } from '../check.ts';
import {
  type Directs,
  directsOf,
  formatProgram,
  IDS,
  programs,
  type Step,
} from '../generated/steps.ts';
import { runProgram } from '../generated/turns.ts';
import { OBJECTS } from '../generated/world.ts';
import { shortestWrong } from './in-turns.ts';

/** An object of each type, asked for where that is possible. */
function prologue({ objects, pids }: Directs): Step[] {
  const want = pids ? [99] : null;
  return [
    ...OBJECTS.map((type): Step => {
      const id = objects.includes(type) ? 99 : null;
      return { does: 'get', type, key: 0, want: id, removes: false };
    }),
    { does: 'fork', into: 'same', want, execs: false, steps: [], waits: true },
  ];
}

/** The same with numbers that are given once, all of them equally long. */
function apart(steps: readonly Step[], next = { number: 100 }): Step[] {
  const given = <T>(want: T | null, make: (number: number) => T): T | null =>
    want === null ? null : make(next.number++);
  return steps.map((step): Step => {
    switch (step.does) {
      case 'get':
        return { ...step, key: 0, want: given(step.want, (n) => n) };
      case 'fork':
      case 'thread':
        return { ...step, want: given(step.want, (n) => [n]), steps: apart(step.steps, next) };
      case 'handle':
        return { ...step, steps: apart(step.steps, next) };
      default:
        return step;
    }
  });
}

export const ledgerAddsUp: Check = {
  name: 'the work of a program is the sum of the work of its calls',
  directs: IDS,
  run(design, effort = FULL) {
    const directs = directsOf(design);
    const before = prologue(directs);
    const size = { minLength: 2, maxLength: 8 };
    const kinds = ['get', 'set', 'fork', 'thread', 'handle'] as const;
    const start = work(design, before);
    const of = (steps: readonly Step[]) => ledgerSince(work(design, [...before, ...steps]), start);
    return shortestWrong(programs(directs, kinds, 1, size), effort, (generated) => {
      const steps = apart(generated);
      const together = of(steps);
      const alone = steps.map((step) => of([step]));
      for (const entry of LEDGER_ENTRIES) {
        const sum = alone.reduce((all, row) => all + row[entry], 0);
        if (together[entry] === sum) continue;
        return `${entry}: ${together[entry]}, and ${sum} one by one; in: ${formatProgram(steps)}`;
      }
      return null;
    });
  },
};

const work = (design: Design, steps: readonly Step[]): LedgerRow => ({
  ...runProgram(design, steps).kernel.ledger,
});
