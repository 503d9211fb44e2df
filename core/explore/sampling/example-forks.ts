// SPDX-License-Identifier: MIT
/** A thread that makes another, beside one that was there, for the samplers' tests. */
import { Cell } from '../cell.ts';
import type { System } from '../machine.ts';
import { PREEMPT, spawn } from '../thread.ts';

/**
 * A makes Aa in its first step and has one more, Aa has two, B has one. Fails if B's is before
 * Aa's first.
 */
export function forksOnce(): System {
  const isDone = new Cell(false, null, 'B is done');
  const isEarly = new Cell(false, null, 'B was early');
  function* child() {
    isEarly.v = isDone.v;
    yield PREEMPT;
  }
  return {
    threads: [
      {
        name: 'A',
        *start() {
          spawn({ key: 'child', start: child });
          yield PREEMPT;
        },
      },
      {
        name: 'B',
        *start() {
          isDone.v = true;
        },
      },
    ],
    judge: () => (isEarly.v ? 'B was done before Aa began' : null),
  };
}
