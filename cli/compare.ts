// SPDX-License-Identifier: MIT
/** The main job: everything that can be measured here, as one result. */
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { deadPidRow } from '../bench/dead-pid.ts';
import { ledgerRows } from '../bench/ledger-rows.ts';
import { timedRows } from '../bench/timed.ts';
import { explore } from '../core/explore/graph.ts';
import type { Scenario } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import type { Capture } from '../core/restart/capture.ts';
import { restart } from '../core/restart/restart.ts';
import { claims } from '../reports/claims.ts';
import { provenance } from '../reports/provenance.ts';
import { raceRow } from '../reports/races.ts';
import {
  RESULT_SCHEMA,
  type RaceRow,
  type RestartTable,
  type Result,
  type StrategyRow,
  type TimedRow,
} from '../reports/result.ts';
import { stopIfInterrupted, wasInterrupted } from './terminal.ts';

export const MAX_STATES = 1_000_000;

export interface Comparison {
  readonly strategies: readonly Strategy[];
  readonly scenarios: readonly Scenario[];
  readonly captures: readonly { readonly path: string; readonly capture: Capture }[];
  readonly seed: number;
  readonly commandLine: string;
}

/** Runs with progress on standard error: a spinner on a terminal, plain lines in a log. */
export async function compare(comparison: Comparison): Promise<Result> {
  const { strategies, scenarios, captures, seed, commandLine } = comparison;
  const designs = strategies.filter((strategy) => strategy.kind === 'design');
  const races: RaceRow[] = [];
  const restarts: RestartTable[] = [];
  let timed: readonly TimedRow[] = [];
  const stages = new Listr(
    [
      {
        title: 'Races: every interleaving of each scenario',
        task: async (_context, task) => {
          for (const scenario of scenarios) {
            for (const strategy of strategies) races.push(await race(scenario, strategy));
          }
          task.title = `Races: ${races.map(raceInShort).join(', ')}`;
        },
      },
      {
        title: 'Restarts of captures',
        task: async (_context, task) => {
          for (const { path, capture } of captures) {
            restarts.push(await restartTable(path, capture, designs));
          }
          const rows = restarts.flatMap((table) => table.rows);
          const restored = rows.filter((row) => row.end.kind === 'restored').length;
          task.title = `Restarts: ${restored} of ${rows.length} restored and verified`;
        },
      },
      {
        title: "Speed of this suite's model",
        task: async (_context, task) => {
          timed = await timedRows(strategies, {
            seed,
            onRow: (row) => {
              task.output = row.name;
            },
            interrupted: wasInterrupted,
          });
          stopIfInterrupted();
        },
      },
    ],
    {
      renderer: process.stderr.isTTY === true ? 'default' : 'simple',
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger({
          processOutput: new ProcessOutput(process.stderr, process.stderr),
        }),
      },
    },
  );
  await stages.run();
  const deadPids = designs.map(deadPidRow);
  const ledger = ledgerRows(strategies);
  const rows = strategies.map(strategyRow);
  const measured = { strategies: rows, races, restarts, deadPids, ledger };
  return {
    schema: RESULT_SCHEMA,
    seed,
    ...measured,
    claims: claims(measured),
    timed,
    provenance: await provenance(commandLine),
  };
}

/** One scenario under one strategy, exhaustively. */
export async function race(scenario: Scenario, strategy: Strategy): Promise<RaceRow> {
  await setImmediate();
  stopIfInterrupted();
  const system = scenarioOnModel(scenario, strategy);
  return raceRow(scenario, strategy, explore(system, { maxStates: MAX_STATES }), system);
}

function raceInShort({ strategy, verdict, failing }: RaceRow): string {
  if (verdict.kind === 'INCOMPLETE') return `${strategy} INCOMPLETE`;
  return `${strategy} ${failing === '0' ? 'ok' : 'FAILS'}`;
}

/** Restarts one capture by each design and each of its caller halves. */
export async function restartTable(
  path: string,
  capture: Capture,
  strategies: readonly Strategy[],
): Promise<RestartTable> {
  const rows = [];
  for (const strategy of strategies) {
    for (const variant of [null, ...Object.keys(strategy.variants ?? {})]) {
      await setImmediate();
      stopIfInterrupted();
      rows.push(restart(capture, path, strategy, variant).result);
    }
  }
  const { tasks, ipc, source } = capture;
  return {
    capture: basename(path) || basename(dirname(path)),
    source,
    tasks: tasks.length,
    threads: tasks.reduce((sum, task) => sum + task.threads.length, 0),
    objects: ipc.msg.length + ipc.sem.length + ipc.shm.length,
    rows,
  };
}

function strategyRow({ name, summary, kind, form, kernel }: Strategy): StrategyRow {
  return {
    name,
    summary,
    kind,
    form,
    syscalls: Object.keys(kernel.syscalls ?? {}),
    files: (kernel.procfs ?? []).map((entry) => entry.name),
    fields: Object.keys(kernel.taskFields ?? {}),
  };
}
