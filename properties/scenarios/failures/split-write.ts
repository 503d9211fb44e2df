// SPDX-License-Identifier: MIT
/**
 * The text arrives in two writes, cut before its last digit, as buffered output cuts it: is half a
 * number a number? General use: a restarter calls write(2) itself. A design that takes its argument
 * in one piece has nothing to cut.
 */
import { putText } from '../../../core/kernel/memory.ts';
import { plainly, type Scenario, type Tap } from '../../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../../core/kernel/syscall.ts';
import { either, exactly, firstWrong, part, plain, refusal } from '../../judging.ts';

const WANTED = 27111;
/** What is left of it: no plain call comes to it by itself. */
const HALF = Math.trunc(WANTED / 10);

const cut =
  ({ memory }: Caller): Tap =>
  (made) => {
    if (made.name !== 'write') return null;
    const [fd, address, bytes] = made.args;
    const text = String(memory.load(address)).slice(0, bytes);
    return inTwo(fd, address, text.trimEnd().length - 1, text, memory);
  };

function* inTwo(
  fd: number,
  address: number,
  first: number,
  text: string,
  memory: Caller['memory'],
): Program {
  const written = yield sys('write', fd, address, first);
  if (written < 0) return written;
  const rest = text.slice(first);
  const more = yield sys('write', fd, putText(memory, rest), rest.length);
  return more < 0 ? more : written + more;
}

export const splitWrite: Scenario = {
  name: 'split-write',
  question: 'The argument arrives in two writes. Is half of it taken for the whole?',
  rule: 'who asked must get the id or an error, and a plain call after it be plain',
  kind: 'hazard',
  context: 'general use',
  directs: ['msg', 'pid', 'timer'],
  wants: [WANTED, HALF],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  programs: (direct, { kind, call }) => ({
    *A(me) {
      const got = yield* direct(me, { kind, values: [WANTED] }, call, cut(me));
      return [got, yield* plainly(me, call)];
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed call', part(results.get('A'), 0), either(exactly(WANTED), refusal)],
      ['the plain call after it', part(results.get('A'), 1), plain(WANTED, HALF)],
    ]),
};
