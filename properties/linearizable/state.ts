// SPDX-License-Identifier: MIT
/**
 * The state of one queue as a register: what a directed IPC_SET leaves is what IPC_STAT then shows, all
 * of it, until another is made.
 */
import type { Specification } from '../../core/explore/linearizability.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { IPC_SET, IPC_STAT } from '../../core/kernel/flags.ts';
import { getStruct, MSQID_DS, putStruct } from '../../core/kernel/memory.ts';
import { A_QUEUE, plainly, type Scenario } from '../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { recorded } from './recorded.ts';

/** The time of all that was sent and received, to be set; null is a call that reads. */
export type Set = number | null;

/** The first that is made. */
const QUEUE = 0;

/** Both times as one number, which tells if they are not of one call. */
const bothTimes = (sent: number, received: number): number => sent * 1000 + received;

/** A queue that nobody used has times of 0. */
const REGISTER: Specification<number, Set, number> = {
  init: 0,
  step(state, set, answer) {
    if (set !== null) {
      if (answer === 0) return { kind: 'state', state: set };
      return { kind: 'refused', why: 'a call that sets gives 0' };
    }
    if (answer === bothTimes(state, state)) return { kind: 'state', state };
    return { kind: 'refused', why: `it is ${bothTimes(state, state)}` };
  },
  key: (state) => `${state}`,
};

function* read({ memory }: Caller): Program {
  const buffer = putStruct(memory, MSQID_DS, {});
  const result = yield sys('msgctl', QUEUE, IPC_STAT, buffer);
  if (result < 0) return result;
  const { stime = 0, rtime = 0 } = getStruct(memory, buffer, MSQID_DS);
  return bothTimes(stime, rtime);
}

export interface OfState extends Pick<Scenario, 'name' | 'question' | 'context'> {
  /** What the nth call of a task sets. */
  sets(task: number, nth: number, tasks: number): Set;
}

export const recordedState = ({ sets, ...rest }: OfState): Scenario =>
  recorded<number, Set>({
    ...rest,
    directs: ['msg_state'],
    call: sets,
    role: (set) => (set === null ? 'reads' : `sets ${set}`),
    wants: () => null,
    setUp: () =>
      function* (me) {
        return yield* plainly(me, A_QUEUE.call);
      },
    make(direct, { kind }, me, set) {
      if (set === null) return read(me);
      const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600 });
      const call = sys('msgctl', QUEUE, IPC_SET, buffer);
      return direct(me, { kind, values: [0, 0, set, set, set] }, call);
    },
    specification: () => REGISTER,
    told: (set, answer) =>
      `${set === null ? 'a reading' : `a setting of ${set}`} gave ${formatResult(answer)}`,
  });
