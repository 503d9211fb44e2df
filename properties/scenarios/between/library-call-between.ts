// SPDX-License-Identifier: MIT
/**
 * Between the passes, the program calls a library that makes an object of the same kind for its own
 * use: a logger that forks, an allocator that makes a segment. General use: a restarter that asks
 * knows what it calls next.
 *
 * Designs of two passes fail in their best form: the next call that understands is the library's.
 */
import { directAround, plainly, type Scenario } from '../../../core/kernel/scenario.ts';
import { exactly, firstWrong, part, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

export const libraryCallBetween: Scenario = {
  name: 'library-call-between',
  question: 'A library called between the passes makes an object for itself. Who gets the id?',
  rule: "who asked must get the id, and the library's plain call a number that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      let library = 0;
      const got = yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        library = yield* plainly(me, call);
        return library;
      });
      return [got, library];
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', part(results.get('A'), 0), exactly(WANTED)],
      ["the library's plain call", part(results.get('A'), 1), plain(WANTED)],
    ]),
};
