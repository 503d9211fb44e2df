// SPDX-License-Identifier: MIT
/**
 * What calls give that are made one after the other, the sequential specification: a directed call
 * gets its id if that is free, and is told if it is taken; a plain call gets what it would have got
 * if nobody had ever asked for an id, but for those that are taken. Written for this alone, after
 * sysvipc(7), ipc_addid() and alloc_pid(), and sharing nothing with the model.
 *
 * Nothing is given back here, so that neither indices nor numbers go round, and the sequence number
 * of a plain id is 0.
 */
import type { Specification } from '../../core/explore/linearizability.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { plainly, type Scenario } from '../../core/kernel/scenario.ts';
import { taken } from '../judging.ts';
import { recorded } from './recorded.ts';

/** The id that a call asks for; null is a plain call. */
export type Asked = number | null;

/** Of one namespace: queues, or tasks. */
export interface Ids {
  readonly kind: 'msg' | 'pid';
  readonly held: readonly number[];
  /** Where the search for a plain one begins; no directed call moves it. */
  readonly cursor: number;
}

/** An id's index is what is left of it; a sequence number makes no room. */
const INDICES = 32768;

const isFree = ({ kind, held }: Ids, id: number): boolean =>
  !held.some((other) => (kind === 'msg' ? other % INDICES === id % INDICES : other === id));

const hold = (ids: Ids, id: number): Ids => ({ ...ids, held: [...ids.held, id] });

/** The specification, which accepts no other answer than the one. */
export const idsFrom = (init: Ids): Specification<Ids, Asked, number> => ({
  init,
  step(ids, asked, answer) {
    if (asked === null) {
      let id = ids.cursor;
      while (!isFree(ids, id)) id++;
      if (answer !== id) return { kind: 'refused', why: `a plain call gets ${id}` };
      return { kind: 'state', state: { ...hold(ids, id), cursor: id + 1 } };
    }
    if (!isFree(ids, asked)) {
      if (taken.holds(answer)) return { kind: 'state', state: ids };
      return { kind: 'refused', why: `${asked} is taken` };
    }
    if (answer === asked) return { kind: 'state', state: hold(ids, asked) };
    return { kind: 'refused', why: `${asked} is free` };
  },
  key: ({ held, cursor }) => `${[...held].sort((a, b) => a - b)} ${cursor}`,
});

/** Of a task after init, as tasks are booted in order. */
const FIRST_PID = 2;

export interface OfIds {
  readonly name: string;
  readonly question: string;
  readonly context: Scenario['context'];
  /** What the nth call of a task asks for. */
  asks(task: number, nth: number, tasks: number): Asked;
  /** An id that is taken before anybody calls; null if there is none. */
  readonly taken: number | null;
}

/** Tasks that direct calls, and make plain ones. */
export const recordedIds = ({ asks, taken: id, ...rest }: OfIds): Scenario =>
  recorded<Ids, Asked>({
    ...rest,
    directs: ['msg', 'pid'],
    call: asks,
    role: (asked) => (asked === null ? 'plain' : `wants ${asked}`),
    wants: (asked) => asked,
    setUp: (direct, { kind, call }) =>
      id === null
        ? null
        : function* (me) {
            return yield* direct(me, { kind, values: [id] }, call);
          },
    make: (direct, { kind, call }, me, asked) =>
      asked === null ? plainly(me, call) : direct(me, { kind, values: [asked] }, call),
    specification: (kind, tasks) =>
      idsFrom({
        kind: kind === 'pid' ? 'pid' : 'msg',
        held: id === null ? [] : [id],
        cursor: kind === 'pid' ? FIRST_PID + tasks : 0,
      }),
    told: (asked, answer) =>
      `${asked === null ? 'a plain call' : `a call for ${asked}`} gave ${formatResult(answer)}`,
  });
