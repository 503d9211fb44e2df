// SPDX-License-Identifier: MIT
/**
 * A signal handler that itself asks for an id: the facility used within itself. General use, as a
 * restarter's handlers do not restore.
 *
 * Designs of two passes fail in their best form unless the value is put aside for the handler: there
 * is one field, and the handler's value replaces what the code below it asked for.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { HANDLER_PID, onSignal, SIGNAL } from '../../handlers.ts';
import { either, exactly, firstWrong, part } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

const WANTED_BY_HANDLER = WANTED + 1;

export const handlerDirects: Scenario = {
  name: 'handler-directs',
  question: 'A signal handler asks for an id while its thread asks for one. Does each get its own?',
  rule: 'the handler and the code that it interrupts must each get the id that it asked for',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED, WANTED_BY_HANDLER],
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
        me.memory.store(seen, yield* direct(me, { kind, values: [WANTED_BY_HANDLER] }, call));
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
      [
        "the handler's directed call",
        part(results.get('A'), 1),
        // 0: the signal came when all was over.
        either(exactly(WANTED_BY_HANDLER), exactly(0)),
      ],
    ]),
};
