// SPDX-License-Identifier: MIT
/**
 * Memory is wanting at any one allocation. Then the program either tries again, and must get its id,
 * which an attempt that failed after it took the id would have leaked; or it goes on with a plain
 * call, which must be plain. Restarter: it makes thousands of objects and tries again.
 */
import { fail } from '../../../core/kernel/errno.ts';
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import type { Caller, Program } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, part, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

/** timer_create says EAGAIN. */
const wanting = either(exactly(fail('ENOMEM')), exactly(fail('EAGAIN')));

/** Makes a call, and once more if memory was wanting: there is one fault. */
function* twice(once: () => Program): Program {
  const result = yield* once();
  return wanting.holds(result) ? yield* once() : result;
}

const wantOfMemory = (
  name: string,
  then: Pick<Scenario, 'question' | 'rule'> & { readonly triesAgain: boolean },
): Scenario => ({
  name,
  question: then.question,
  rule: then.rule,
  kind: 'hazard',
  context: 'restarter',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  faults: [{ kind: 'ENOMEM', task: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me: Caller) {
      const ask = () => direct(me, { kind, values: [WANTED] }, call);
      const got = yield* then.triesAgain ? twice(ask) : ask();
      return [got, yield* twice(() => plainly(me, call))];
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      [
        then.triesAgain ? 'the directed call, made again' : 'the directed call',
        part(results.get('A'), 0),
        then.triesAgain ? exactly(WANTED) : either(exactly(WANTED), wanting),
      ],
      ['the plain call after it', part(results.get('A'), 1), plain(WANTED)],
    ]),
});

export const retriedAfterEnomem = wantOfMemory('retried-after-enomem', {
  question: 'Memory is wanting somewhere in a directed call. Can it be made again?',
  rule: 'made again, it must get the id: the first attempt must have given it back',
  triesAgain: true,
});

export const plainAfterEnomem = wantOfMemory('plain-after-enomem', {
  question: 'Memory is wanting somewhere in a directed call. Does a plain call find its value?',
  rule: 'the call must get its id or ENOMEM, and the plain call after it be plain',
  triesAgain: false,
});
