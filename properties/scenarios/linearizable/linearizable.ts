// SPDX-License-Identifier: MIT
/**
 * The facility as an object that tasks share: whatever they ask for at once, what they get must be what
 * they could have got one after the other (Herlihy and Wing, 1990). Other scenarios say of each call
 * what it may give; here all that was given must fit together, and keep to the order in which calls
 * were made: of plain calls too, which must give what they would if nobody had ever asked.
 *
 * Restarter: its threads restore at once, some with directed calls and some with plain ones. Two that
 * want one id, or one that is taken, are general use: a sound capture has each id once.
 */
import type { Scenario } from '../../../core/kernel/scenario.ts';
import { recordedIds } from '../../linearizable/ids.ts';
import { recordedState } from '../../linearizable/state.ts';
import { WANTED } from '../../wanted.ts';

/** In turns: where one task asks its neighbours do not, and where it did it does not again. */
const isAsking = (task: number, nth: number): boolean => (task + nth) % 2 === 0;

export const linearizableApart: Scenario = recordedIds({
  name: 'linearizable-apart',
  question: 'Tasks ask for ids of their own, between plain calls. Is it as if one at a time?',
  context: 'restarter',
  asks: (task, nth, tasks) => (isAsking(task, nth) ? WANTED + nth * tasks + task : null),
  taken: null,
});

export const linearizableOneId: Scenario = recordedIds({
  name: 'linearizable-one-id',
  question: 'Tasks ask for one id, between plain calls. Is it as if one at a time?',
  context: 'general use',
  asks: (_task, nth) => (nth % 2 === 0 ? WANTED : null),
  taken: null,
});

export const linearizableTaken: Scenario = recordedIds({
  name: 'linearizable-taken',
  question: 'Tasks ask for an id that is taken, between plain calls. Is it as if one at a time?',
  context: 'general use',
  asks: (task, nth) => (isAsking(task, nth) ? WANTED : null),
  taken: WANTED,
});

export const linearizableState: Scenario = recordedState({
  name: 'linearizable-state',
  question: 'Tasks set the state of a queue and read it. Is it as if one at a time?',
  context: 'restarter',
  sets: (task, nth, tasks) => (isAsking(task, nth) ? 1 + nth * tasks + task : null),
});
