// SPDX-License-Identifier: MIT
/** Measures one thing after the other, letting signals and the progress display in between. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { deadPidRow } from '../bench/dead-pid.ts';
import { idsOnlyRow } from '../bench/ids-only.ts';
import { ledgerRows } from '../bench/ledger-rows.ts';
import { explore } from '../core/explore/graph.ts';
import type { Scenario } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import type { Capture } from '../core/restart/capture.ts';
import { restart } from '../core/restart/restart.ts';
import { claims } from '../reports/claims.ts';
import { raceRow } from '../reports/races.ts';
import type { Measured, RaceRow, RestartTable, Result, StrategyRow } from '../reports/result.ts';
import { stopIfInterrupted } from './terminal.ts';

const MAX_STATES = 1_000_000;

export interface NamedCapture {
  readonly name: string;
  readonly capture: Capture;
}

export const captureName = (path: string): string => basename(path) || path;

async function breathe(): Promise<void> {
  await setImmediate();
  stopIfInterrupted();
}

/** Each scenario under each strategy, in every interleaving. */
export async function races(
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
  onRow: (row: RaceRow) => void,
): Promise<RaceRow[]> {
  const rows: RaceRow[] = [];
  for (const scenario of scenarios) {
    for (const strategy of strategies) {
      await breathe();
      const system = scenarioOnModel(scenario, strategy);
      const exploration = explore(system, { maxStates: MAX_STATES });
      const row = raceRow(scenario, strategy, exploration, system);
      onRow(row);
      rows.push(row);
    }
  }
  return rows;
}

/** One capture by each strategy and each of its caller halves. */
export async function restartTable(
  { name, capture }: NamedCapture,
  strategies: readonly Strategy[],
  seed: number | null = null,
): Promise<RestartTable> {
  const rows: RestartTable['rows'] = [];
  for (const strategy of strategies) {
    for (const variant of [null, ...Object.keys(strategy.variants ?? {})]) {
      await breathe();
      rows.push(restart(capture, name, strategy, variant, seed).result);
    }
  }
  const { tasks, ipc, source } = capture;
  return {
    capture: name,
    source,
    tasks: tasks.length,
    threads: tasks.reduce((sum, task) => sum + task.threads.length, 0),
    objects: ipc.msg.length + ipc.sem.length + ipc.shm.length,
    rows,
  };
}

/** What is neither raced nor restarted as a whole, and what all of it says to the claims. */
export function conclude(
  strategies: readonly Strategy[],
  captures: readonly NamedCapture[],
  measured: Pick<Measured, 'races' | 'restarts'>,
): Measured & Pick<Result, 'claims'> {
  const designs = strategies.filter((strategy) => strategy.kind === 'design');
  const all: Measured = {
    ...measured,
    strategies: strategies.map(strategyRow),
    idsOnly: captures.flatMap(({ name, capture }) =>
      designs.flatMap((strategy) => idsOnlyRow(strategy, name, capture) ?? []),
    ),
    deadPids: designs.map(deadPidRow),
    ledger: ledgerRows(designs),
  };
  return { ...all, claims: claims(all) };
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
