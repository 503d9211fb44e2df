// SPDX-License-Identifier: MIT
/**
 * How fast this suite's model makes calls, by tinybench. These are nanoseconds of JavaScript on
 * this machine: they say how long a run of Sideband takes and nothing about any kernel.
 *
 * Rows are short, with many calls a sample, because tinybench itself takes about 35 ns a sample.
 * They run in an order drawn from the seed, so that no design is always the one that finds a cold
 * or a throttled machine.
 */
import { setImmediate } from 'node:timers/promises';
import { mersenne } from 'pure-rand/generator/mersenne';
import { Bench } from 'tinybench';
import { Cell } from '../core/explore/cell.ts';
import { RunQueue } from '../core/explore/run.ts';
import type { Want, WantKind } from '../core/kernel/directed.ts';
import { IPC_CREAT, IPC_PRIVATE, IPC_RMID } from '../core/kernel/flags.ts';
import type { Direct } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Program, sys } from '../core/kernel/syscall.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { type Entrant, entrants } from './entrants.ts';
import { Frame } from './frame.ts';
import type { TimedRow } from './rows.ts';
import { shuffled } from './shuffled.ts';
import { mustBe } from './subjects.ts';

const ROW_MS = 100;
const WARM_UP_MS = 25;
/** Batches of every row before any is timed: the first to run must not pay for compiling. */
const WARM_UP_BATCHES = 32;

export interface Timing {
  readonly seed: number;
  readonly onRow: (row: TimedRow) => void;
  readonly interrupted: () => boolean;
}

interface Work {
  readonly call: string;
  readonly kind: WantKind;
  readonly callsPerSample: number;
  /** Makes so many calls, and undoes each. */
  batch(me: Frame, direct: Direct | null): Program<void>;
}

const MSG: Want = { kind: 'msg', values: [1000] };
const PID: Want = { kind: 'pid', values: [1000] };
const GET = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
const FORK = sys('fork', 'child');
const WAIT = sys('wait4', -1, 0, 0);

const WORK: readonly Work[] = [
  {
    call: 'msgget, IPC_RMID',
    kind: 'msg',
    callsPerSample: 256,
    *batch(me, direct) {
      for (let n = 0; n < this.callsPerSample; n++) {
        const id = direct === null ? yield GET : yield* direct(me, MSG, GET);
        mustBe(direct === null ? id >= 0 : id === 1000, 'the timed msgget', id);
        const removed = yield sys('msgctl', id, IPC_RMID, 0);
        mustBe(removed === 0, 'the timed IPC_RMID', removed);
        me.pop();
      }
    },
  },
  {
    call: 'fork, exit, wait',
    kind: 'pid',
    callsPerSample: 32,
    *batch(me, direct) {
      for (let n = 0; n < this.callsPerSample; n++) {
        const pid = direct === null ? yield FORK : yield* direct(me, PID, FORK);
        mustBe(direct === null ? pid > 0 : pid === 1000, 'the timed fork', pid);
        const reaped = yield WAIT;
        mustBe(reaped === pid, 'the timed wait4', reaped);
        me.pop();
      }
    },
  },
];

/** A kernel that stays up; each call of the function is one batch. */
function machine(work: Work, { half, direct }: Entrant): () => void {
  const due = new Cell(false, null, 'due');
  const kernel = new ModelKernel(half, {
    *loop({ memory }) {
      const frame = new Frame(memory);
      for (;;) {
        yield { until: () => due.v, why: 'the next batch' };
        due.v = false;
        yield* work.batch(frame, direct);
      }
    },
    *child() {
      return yield sys('exit_group', 0);
    },
  });
  const queue = new RunQueue();
  queue.add(kernel.thread('A', kernel.init, 'loop'));
  return () => {
    due.v = true;
    queue.toCompletion();
    if (due.v) throw new Error(`${work.call}: the batch did not run`);
  };
}

/** All rows, in the order of the report; those that ran before an interruption. */
export async function timedRows(
  strategies: readonly Strategy[],
  { seed, onRow, interrupted }: Timing,
): Promise<TimedRow[]> {
  const planned = WORK.flatMap((work) =>
    entrants(strategies)
      .filter(({ takes }) => takes(work.kind))
      .map((entrant) => ({ work, entrant })),
  );
  for (const { work, entrant } of planned) {
    await setImmediate();
    if (interrupted()) return [];
    const batch = machine(work, entrant);
    for (let n = 0; n < WARM_UP_BATCHES; n++) batch();
  }
  const rows = new Map<(typeof planned)[number], TimedRow>();
  for (const plan of shuffled(planned, mersenne(seed))) {
    // Lets signals and the progress display in.
    await setImmediate();
    if (interrupted()) break;
    const row = await timedRow(plan.work, plan.entrant);
    onRow(row);
    rows.set(plan, row);
  }
  return planned.flatMap((plan) => rows.get(plan) ?? []);
}

async function timedRow(work: Work, entrant: Entrant): Promise<TimedRow> {
  const bench = new Bench({ time: ROW_MS, warmupTime: WARM_UP_MS, throws: true });
  const task = bench.add(work.call, machine(work, entrant)).tasks[0];
  await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`${work.call} was not timed`);
  const { p50, p75, samplesCount } = result.latency;
  const nanoseconds = (ms: number) => (ms * 1e6) / work.callsPerSample;
  return {
    call: work.call,
    by: entrant.by,
    mode: entrant.mode,
    nsMedian: nanoseconds(p50),
    nsP75: nanoseconds(p75),
    samples: samplesCount,
    callsPerSample: work.callsPerSample,
  };
}
