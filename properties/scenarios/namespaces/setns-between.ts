// SPDX-License-Identifier: MIT
/**
 * Between the passes the task enters another pid namespace, for its children to come. The number was
 * asked for in the old one. A design of one pass asks when it is there, and is to be given it.
 * General use: a restarter enters before it asks.
 *
 * Designs of two passes fail in their best form: the value does not know where it was asked for.
 */
import { CLONE_NEWPID, O_RDONLY } from '../../../core/kernel/flags.ts';
import { putText } from '../../../core/kernel/memory.ts';
import { directAround, IDLE, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const setnsBetween: Scenario = {
  name: 'setns-between',
  question: 'A task enters another pid namespace between the passes. Where does the value act?',
  rule: 'a number must not be given in another namespace than it was asked for in',
  kind: 'hazard',
  context: 'general use',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' }],
  programs(direct, { kind }) {
    let namespace = 0;
    return {
      *setUp({ memory }) {
        const init = yield sys('clone', CLONE_NEWPID, 'init');
        const path = `/proc/${init}/ns/pid`;
        namespace = yield sys('open', putText(memory, path), path.length, O_RDONLY);
        return namespace;
      },
      *init() {
        return yield IDLE;
      },
      *A(me) {
        const want = { kind, values: [WANTED] };
        const fork = sys('fork', 'tells');
        const made = yield* directAround(direct, me, want, fork, function* () {
          return yield sys('setns', namespace, CLONE_NEWPID);
        });
        return [made, direct.twoPasses ? 1 : 0];
      },
      *tells() {
        return yield sys('getpid');
      },
    };
  },
  judge({ results }) {
    const said = results.get('A');
    const [made = 0, askedElsewhere] = typeof said === 'object' ? said : [];
    // Nothing was made, so nothing was given.
    if (askedElsewhere === 1 && made < 0) return null;
    const expected = askedElsewhere === 1 ? plain(WANTED) : exactly(WANTED);
    return firstWrong([['the child, asked in its namespace,', results.get('Aa'), expected]]);
  },
};
