// SPDX-License-Identifier: MIT
/**
 * A signal handler makes an object of its own, perhaps between the passes. A restarter blocks
 * signals or has handlers that create nothing; a process in general use has whatever it has.
 *
 * Designs of two passes fail in their best form unless the kernel puts the value aside for the
 * handler: the handler's call takes what the code below it asked for.
 */
import { plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { HANDLER_PID, onSignal, SIGNAL } from '../../handlers.ts';
import { exactly, firstWrong, part, plain } from '../../judging.ts';

const WANTED = 11;

export const handlerCreates: Scenario = {
  name: 'handler-creates',
  question: 'A signal handler makes an object while its thread asks for an id. Who gets the id?',
  rule: "who asked must get the id, and the handler's plain call a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  tasks: [
    { name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A', setUp: 'setUp' },
    { name: 'B', role: 'sends a signal', process: 'Q', program: 'B' },
  ],
  programs(direct, { kind, call }) {
    let seen = 0;
    return {
      *setUp(me) {
        seen = me.memory.allocate(8);
        return yield* onSignal(me, 'handler');
      },
      *A(me) {
        const got = yield* direct(me, { kind, values: [WANTED] }, call);
        return [got, Number(me.memory.load(seen))];
      },
      *handler(me) {
        me.memory.store(seen, yield* plainly(me, call));
        return 0;
      },
      *B() {
        return yield sys('kill', HANDLER_PID, SIGNAL);
      },
    };
  },
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', part(results.get('A'), 0), exactly(WANTED)],
      ["the handler's plain call", part(results.get('A'), 1), plain(WANTED)],
    ]),
};
