// SPDX-License-Identifier: MIT
/**
 * A signal handler makes an object of its own, perhaps between the passes. A restarter blocks
 * signals or has handlers that create nothing; a process in general use has whatever it has.
 *
 * Designs of two passes fail in their best form unless the kernel puts the value aside for the
 * handler: the handler's call takes what the code below it asked for. It grows by senders, and by
 * signals of each.
 */
import { getNumbers } from '../../../core/kernel/memory.ts';
import { plainly, type Scenario, type Size } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { HANDLER_PID, onSignal, SIGNAL } from '../../handlers.ts';
import { exactly, firstWrong, plain } from '../../judging.ts';
import { growing, nTasks } from '../../sizes/alike.ts';
import { WANTED } from '../../wanted.ts';

function atSize({ threads, calls }: Size): Scenario {
  const [asks = 'A', ...senders] = nTasks(threads);
  const most = senders.length * calls;
  return {
    name: 'handler-creates',
    question: 'A signal handler makes an object while its thread asks for an id. Who gets the id?',
    rule: "who asked must get the id, and the handler's plain call a number that nobody asked for",
    kind: 'hazard',
    context: 'general use',
    directs: ['msg', 'pid', 'timer'],
    wants: [WANTED],
    tasks: [
      { name: asks, role: `wants ${WANTED}`, process: 'P', program: 'asks', setUp: 'setUp' },
      ...senders.map((name) => ({
        name,
        role: calls === 1 ? 'sends a signal' : `sends ${calls} signals`,
        process: name,
        program: 'sends',
      })),
    ],
    programs(direct, { kind, call }) {
      /** How often the handler ran, and what it got each time. */
      let seen = 0;
      return {
        *setUp(me) {
          seen = me.memory.allocate(8 * (1 + most));
          return yield* onSignal(me, 'handler');
        },
        *asks(me) {
          const got = yield* direct(me, { kind, values: [WANTED] }, call);
          return [got, ...getNumbers(me.memory, seen + 8, 8, Number(me.memory.load(seen)))];
        },
        *handler(me) {
          const { memory } = me;
          const got = yield* plainly(me, call);
          const times = Number(memory.load(seen)) + 1;
          memory.store(seen, times);
          memory.store(seen + 8 * times, got);
          return 0;
        },
        *sends() {
          let sent = 0;
          for (let signals = 0; signals < calls; signals++) {
            sent = yield sys('kill', HANDLER_PID, SIGNAL);
          }
          return sent;
        },
      };
    },
    judge({ results }) {
      const [got, ...handled] = [results.get(asks) ?? []].flat();
      return firstWrong([
        ['the directed call', got, exactly(WANTED)],
        ...handled.map((each) => ["the handler's plain call", each, plain(WANTED)] as const),
      ]);
    },
  };
}

export const handlerCreates = growing({ threads: 2, calls: 1 }, atSize);
