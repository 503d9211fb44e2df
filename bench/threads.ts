// SPDX-License-Identifier: MIT
/**
 * Lane model, exact: threads of one process that make directed calls at once, each step being of a
 * thread drawn from the seed. Never of a kernel. Work that grows with the number of threads is work
 * that they do on account of each other; where a design has something to lock, they also wait. The
 * model's own locks are each a region of one step, so nobody waits for those.
 *
 * A design whose argument is not the thread's own gives some calls what others asked for, or
 * refuses them: such a row says how many were right and is no measure of a call.
 */
import { Cell } from '../core/explore/cell.ts';
import { RunQueue } from '../core/explore/run.ts';
import type { Steps, Thread } from '../core/explore/thread.ts';
import { ledgerSince } from '../core/kernel/ledger.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { type Entrant, users } from './entrants.ts';
import type { ThreadsRow } from './rows.ts';
import { CHILDREN, FIRST, subjectFor, wantOf } from './subjects.ts';

export const THREADS: readonly number[] = [1, 2, 4, 8];
/** Of each thread. */
const CALLS = 8;

export function threadsRows(strategies: readonly Strategy[], seed: number): ThreadsRow[] {
  return users(strategies).flatMap((entrant) =>
    THREADS.flatMap((threads) => atOnce(entrant, threads, seed) ?? []),
  );
}

function atOnce(entrant: Entrant, threads: number, seed: number): ThreadsRow | null {
  const { by, half, direct } = entrant;
  const subject = subjectFor(entrant);
  if (subject === null || direct === null) return null;
  const { kind, call } = subject;
  const go = new Cell(false, null, 'go');
  let right = 0;
  let starters = 0;
  const kernel = new ModelKernel(half, {
    ...CHILDREN,
    *directs(me) {
      const first = FIRST + starters++ * (CALLS + 1);
      // What is prepared once a thread is prepared here.
      yield* direct(me, wantOf(kind, first), call);
      yield { until: () => go.v, why: START };
      for (let number = first + 1; number <= first + CALLS; number++) {
        const result = yield* direct(me, wantOf(kind, number), call);
        if (result === number) right++;
      }
      return 0;
    },
  });
  let waits = 0;
  const queue = new RunQueue(seed);
  const leader = kernel.bootTask(null, 'A');
  for (let n = 0; n < threads; n++) {
    const name = String.fromCharCode(65 + n);
    const task = n === 0 ? leader : kernel.bootTask(leader, name);
    const onWait = () => {
      waits++;
    };
    queue.add(watched(kernel.thread(name, task, 'directs'), onWait));
  }
  queue.toCompletion();
  const before = { ...kernel.ledger };
  waits = 0;
  go.v = true;
  queue.toCompletion();
  return {
    call: call.name,
    by,
    threads,
    calls: threads * CALLS,
    right,
    waits,
    ledger: ledgerSince(kernel.ledger, before),
  };
}

const START = 'the start';

/** The thread, with a word each time that it can't go on. */
function watched({ name, start }: Thread, onWait: () => void): Thread {
  return {
    name,
    *start(): Steps<unknown> {
      const steps = start();
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) return value;
        if (value !== null && !value.until()) onWait();
        yield value;
      }
    },
  };
}
