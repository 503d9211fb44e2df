// SPDX-License-Identifier: MIT
/** What patches can make slower: calls by themselves, and as each design directs them. */
import { A_CHILD, A_QUEUE, directBy, plainly, type Subject } from '../../core/kernel/scenario.ts';
import { DESIGNS, type Strategy } from '../../core/kernel/strategy.ts';
import type { Program } from '../../core/kernel/syscall.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { FIRST_PID, type HostSubject, life, swapped } from '../host/subjects.ts';
import { wantOf } from '../subjects.ts';

interface Call extends Subject {
  readonly name: string;
  /** The number that a plain call is given first. */
  readonly first: number;
  /** The call, and what has to follow it. */
  whole(made: Program): Program;
}

const CALLS: readonly Call[] = [
  { ...A_QUEUE, name: 'msgget', first: 0, whole: (made) => made },
  { ...A_CHILD, name: 'fork', first: FIRST_PID, whole: life },
];

function subject({ name, kind, call, first, whole }: Call, design: Strategy | null): HostSubject {
  if (design === null) {
    return {
      name: `${name}, plain`,
      does: name,
      perLap: 1,
      operate: (me) => whole(plainly(me, call)),
    };
  }
  const direct = directBy(design.caller);
  return {
    name: `${name}, ${design.name}`,
    does: `${name}, directed by ${design.name}`,
    perLap: 1,
    half: design.kernel,
    operate: (me, n) => whole(direct(me, wantOf(kind, first + swapped(n)), call)),
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
