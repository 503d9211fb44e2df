// SPDX-License-Identifier: MIT
/** What patches can make slower: calls by themselves, and as each design directs them. */
import type { Want } from '../../core/kernel/directed.ts';
import { A_CHILD, A_QUEUE, directBy, plainly, type Subject } from '../../core/kernel/scenario.ts';
import { DESIGNS, type Strategy } from '../../core/kernel/strategy.ts';
import { type Program, sys } from '../../core/kernel/syscall.ts';
import { loadStrategies } from '../../strategies/index.ts';
import type { HostSubject } from '../host/subjects.ts';

/** The first number that an init's child is given. */
const FIRST_PID = 2;

interface Call extends Subject {
  readonly name: string;
  /** The number that a plain call would be given the nth time. */
  numberOf(n: number): number;
  /** What follows what was made; a call that made nothing says why. */
  after?(made: number): Program;
}

const CALLS: readonly Call[] = [
  { ...A_QUEUE, name: 'msgget', numberOf: (n) => n },
  {
    ...A_CHILD,
    name: 'fork',
    numberOf: (n) => FIRST_PID + n,
    *after(pid) {
      return yield sys('wait4', pid, 0, 0);
    },
  },
];

/** So that each asks for a number that it would not have had, and leaves as dense a table behind. */
const want = ({ kind, numberOf }: Call, n: number): Want => ({ kind, values: [numberOf(n ^ 1)] });

function* whole({ after }: Call, program: Program): Program {
  const made = yield* program;
  return made < 0 || after === undefined ? made : yield* after(made);
}

function subject(call: Call, design: Strategy | null): HostSubject {
  const { name } = call;
  const direct = design === null ? null : directBy(design.caller);
  return {
    name: `${name}, ${design?.name ?? 'plain'}`,
    does: design === null ? name : `${name}, directed by ${design.name}`,
    perLap: 1,
    half: design?.kernel ?? {},
    operate: (me, n) =>
      whole(call, direct === null ? plainly(me, call.call) : direct(me, want(call, n), call.call)),
  };
}

export async function guestSubjects(): Promise<readonly HostSubject[]> {
  const strategies = await loadStrategies();
  const designs = DESIGNS.map((name) => {
    const design = strategies.find((strategy) => strategy.name === name);
    if (design === undefined) throw new Error(`there is no design ${name}`);
    return design;
  });
  return CALLS.flatMap((call) => [null, ...designs].map((design) => subject(call, design)));
}
