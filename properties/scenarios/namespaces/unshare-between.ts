// SPDX-License-Identifier: MIT
/**
 * Between the passes the task moves to a new IPC namespace. The id was asked for in the old one: to
 * give it in the new one is to answer another question. A design of one pass asks when it is there,
 * and is to be given the id. General use: a restarter moves before it asks.
 *
 * Designs of two passes fail in their best form: the value does not know where it was asked for.
 */
import { CLONE_NEWIPC } from '../../../core/kernel/flags.ts';
import { directAround, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, part, plain, refusal } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const unshareBetween: Scenario = {
  name: 'unshare-between',
  question: 'A task unshares its IPC namespace between the passes. Where does the value act?',
  rule: 'an id must not be given in another namespace than it was asked for in',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      const got = yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        return yield sys('unshare', CLONE_NEWIPC);
      });
      return [got, direct.twoPasses ? 1 : 0];
    },
  }),
  judge({ results }) {
    const said = results.get('A');
    const askedElsewhere = part(said, 1) === 1;
    return firstWrong([
      [
        `the directed call, asked for in ${askedElsewhere ? 'another' : 'the same'} namespace`,
        part(said, 0),
        askedElsewhere ? either(plain(WANTED), refusal) : exactly(WANTED),
      ],
    ]);
  },
};
