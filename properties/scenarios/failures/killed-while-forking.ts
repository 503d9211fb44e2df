// SPDX-License-Identifier: MIT
/**
 * Who asked is killed somewhere in its directed fork, perhaps when the number was taken and the
 * child is not there yet. Whoever tries again must find the number free, or the child alive.
 * Restarter: one that watches its helpers and starts them over.
 */
import { SIGKILL } from '../../../core/kernel/flags.ts';
import { formatSaid, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, part, taken } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const killedWhileForking: Scenario = {
  name: 'killed-while-forking',
  question: 'A task is killed in its directed fork. Is the number free for who tries again?',
  rule: 'the number must be had, unless a child has it',
  kind: 'hazard',
  context: 'restarter',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: 'tries again', process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      const helper = yield sys('fork', 'asks');
      yield sys('kill', helper, SIGKILL);
      yield sys('wait4', helper, 0, 0);
      const alive = yield sys('kill', WANTED, 0);
      return [alive, yield* direct(me, { kind, values: [WANTED] }, call)];
    },
    *asks(me) {
      yield* direct(me, { kind, values: [WANTED] }, call);
      return yield sys('pause');
    },
  }),
  judge({ results }) {
    const said = results.get('A');
    const [alive, got] = [part(said, 0), part(said, 1)];
    const expected = alive === 0 ? taken : exactly(WANTED);
    if (got !== undefined && expected.holds(got)) return null;
    return `who tried again got ${formatSaid(got)}, where ${expected.words} belongs`;
  },
};
