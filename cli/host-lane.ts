// SPDX-License-Identifier: MIT
/** All that is asked of the kernel below, stage by stage: the lane host of a report. */
import { Listr, type ListrTask } from 'listr2';
import type { Scenario } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { MOST_ORDERS } from '../linux/conformance/schedules.ts';
import type { HostResult } from '../reports/report.ts';
import { hostForReport } from './host.ts';
import { observedForReport } from './linux-race.ts';
import { restoresForReport } from './linux-restore.ts';
import { timesForReport } from './linux-times.ts';
import { progress, stopIfInterrupted } from './terminal.ts';

export interface HostLaneOptions {
  readonly scenarios: readonly Scenario[];
  readonly strategies: readonly Strategy[];
  readonly seed: number;
  readonly thorough: boolean;
}

interface Amounts {
  /** That are compared with the model, generated. */
  readonly calls: number;
  /** Orders of the calls of a scenario that are replayed. */
  readonly orders: number;
  readonly freeRuns: number;
  readonly halves: 'all' | 'own';
  /** Null: as many as fit into some seconds. */
  readonly blocks: number | null;
}

const DEFAULT: Amounts = {
  ...{ calls: 1000, orders: 4 },
  ...{ freeRuns: 600, halves: 'own' },
  blocks: null,
};
const THOROUGH: Amounts = {
  ...{ calls: 100_000, orders: MOST_ORDERS },
  ...{ freeRuns: 100_000, halves: 'all' },
  blocks: 96,
};
/** What the thorough ones took on two cores, a third of it 10,000 tasks: for people. */
export const THOROUGH_MINUTES = 12;

/** Each part says why where it can't be run. */
export async function hostLane(options: HostLaneOptions): Promise<HostResult> {
  const { scenarios, strategies, seed, thorough } = options;
  const { calls, orders, freeRuns, halves, blocks } = thorough ? THOROUGH : DEFAULT;
  const interrupted = { kind: 'not run', reason: 'interrupted' } as const;
  const lane: { -readonly [Part in keyof HostResult]: HostResult[Part] } = {
    conformance: interrupted,
    observed: interrupted,
    times: interrupted,
    realRestores: interrupted,
  };
  const stages = new Listr(
    [
      stage('The model against the kernel below', async (output) => {
        lane.conformance = await hostForReport({
          ...{ seed, calls, orders },
          onCalls: (done) => output(`${done} calls`),
        });
        const { conformance } = lane;
        if (conformance.kind === 'not run') return 'NOT RUN';
        const found = conformance.mismatch === null ? 'no mismatch' : 'A MISMATCH';
        return `${conformance.calls} calls, ${found}`;
      }),
      stage('Real threads, running freely', async (output) => {
        lane.observed = await observedForReport({
          ...{ scenarios, strategies, halves, runs: freeRuns, seed },
          onRow: (row) => output(`${row.scenario}: ${row.strategy}`),
        });
        return lane.observed.kind === 'run' ? `${lane.observed.rows.length} rows` : 'NOT RUN';
      }),
      stage("Mainline's relatives, timed", async (output) => {
        lane.times = await timesForReport({
          ...{ seed, blocks },
          onBlock: (done) => output(`block ${done}`),
        });
        return lane.times.kind === 'run' ? `${lane.times.blocks} blocks` : 'NOT RUN';
      }),
      stage('Restores for real', async (output) => {
        lane.realRestores = await restoresForReport(seed, thorough, output);
        const { realRestores } = lane;
        return realRestores.kind === 'run' ? `${realRestores.restores.length} captures` : 'NOT RUN';
      }),
    ],
    progress(),
  );
  await stages.run();
  return lane;
}

/** @param run says what came of it */
function stage(title: string, run: (output: (what: string) => void) => Promise<string>): ListrTask {
  return {
    title,
    task: async (_context, task) => {
      const came = await run((what) => {
        // A log would have a line for each.
        if (process.stderr.isTTY === true) task.output = what;
      });
      stopIfInterrupted();
      task.title = `${title}: ${came}`;
    },
  };
}
