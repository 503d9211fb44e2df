// SPDX-License-Identifier: MIT
/** The explorer, measured, each figure beside its peer in the same run. */
import { setImmediate } from 'node:timers/promises';
import { whyNoSpin } from '../../core/explore/spin/run.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { execByThread } from '../../properties/scenarios/lifetime/exec-by-thread.ts';
import { bystanderProcess } from '../../properties/scenarios/threads/bystander-process.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { procfs } from '../../strategies/procfs.ts';
import { nsLastPid } from '../../strategies/relatives/ns-last-pid.ts';
import { timerIds } from '../../strategies/relatives/timer-ids.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { spinRow } from './beside-spin.ts';
import type { BesideSpin, ExplorerRows, SpinRow } from './rows.ts';
import { schedulesRows } from './schedules.ts';
import { enumerationRow, reductionRow, tracesRow } from './searches.ts';
import {
  askingBy,
  type Explored,
  fourStepsOf,
  type Growing,
  oneFieldOf,
  raceOf,
} from './subjects.ts';
import type { Effort } from './timing.ts';

/** What is measured of what. */
export interface Plan {
  readonly effort: Effort;
  readonly enumeration: readonly Explored[];
  readonly traces: readonly (Explored & { readonly isCertified: boolean })[];
  readonly spin: readonly Explored[];
  readonly races: readonly Explored[];
  /** threads-ask-at-once, by how many and by whom. */
  readonly reduction: readonly Growing[];
}

const growing = (counts: readonly number[], strategy: Strategy): Growing[] =>
  counts.map((threads) => ({ ...askingBy(threads, strategy), by: strategy.name }));

export const PLAN: Plan = {
  effort: { samples: 5, leastMs: 500, warmUp: 2 },
  enumeration: [fourStepsOf(3), raceOf(bystanderProcess, nsLastPid)],
  traces: [
    { ...askingBy(3, processField), isCertified: true },
    { ...askingBy(4, processField), isCertified: false },
    { ...askingBy(7, withId), isCertified: false },
    { ...raceOf(execByThread, procfs), isCertified: true },
  ],
  spin: [fourStepsOf(4), askingBy(5, setter)],
  races: [
    oneFieldOf(2),
    raceOf(threadsAskAtOnce, processField),
    raceOf(threadsAskAtOnce, timerIds),
  ],
  reduction: [...growing([2, 3, 4, 5], setter), ...growing([2, 3, 4], processField)],
};

export interface Measuring {
  readonly seed: number;
  /** Told what is measured next. */
  readonly onNext: (what: string) => void;
  /** Throws where the run is to end. */
  readonly stopIfInterrupted: () => void;
}

export async function explorerRows(plan: Plan, measuring: Measuring): Promise<ExplorerRows> {
  const { effort } = plan;
  const { seed, onNext, stopIfInterrupted } = measuring;
  const each = async <T extends Explored, R>(
    what: string,
    all: readonly T[],
    row: (one: T) => R | Promise<R>,
  ): Promise<R[]> => {
    const rows: R[] = [];
    for (const one of all) {
      onNext(`${what}: ${one.of}`);
      // Lets signals and the progress display in.
      await setImmediate();
      stopIfInterrupted();
      rows.push(await row(one));
    }
    return rows;
  };
  return {
    enumeration: await each('enumeration', plan.enumeration, (one) =>
      enumerationRow(one, seed, effort),
    ),
    traces: await each('DPOR', plan.traces, (one) => tracesRow(one, seed, effort)),
    spin: await besideSpin(() => each('Spin', plan.spin, (one) => spinRow(one, effort))),
    schedules: (
      await each('schedules', plan.races, (one) => schedulesRows(one, seed, effort))
    ).flat(),
    reduction: await each('reduction', plan.reduction, (one) => reductionRow(one, seed)),
  };
}

async function besideSpin(run: () => Promise<SpinRow[]>): Promise<BesideSpin> {
  const reason = await whyNoSpin();
  return reason === null ? { kind: 'run', rows: await run() } : { kind: 'not run', reason };
}
