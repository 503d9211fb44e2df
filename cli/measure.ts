// SPDX-License-Identifier: MIT
/** Measures one thing after the other, letting signals and the progress display in between. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { callsRows } from '../bench/calls.ts';
import { deadPidRow } from '../bench/dead-pid.ts';
import { idsOnlyRow } from '../bench/ids-only.ts';
import { ledgerRows } from '../bench/ledger-rows.ts';
import { captureOf, restartOfSize } from '../bench/restart-sizes.ts';
import { threadsRows } from '../bench/threads.ts';
import { countTraces, type TraceCount } from '../core/explore/certificate.ts';
import { exploreOrSample } from '../core/explore/sample.ts';
import { type Scenario, subjectOf } from '../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import type { Capture } from '../core/restart/capture.ts';
import { ipcNamespaces } from '../core/restart/ipc-namespaces.ts';
import { restart } from '../core/restart/restart.ts';
import { FOR_SCENARIOS } from '../properties/mutants/for-scenarios.ts';
import { MUTANTS, mutantRow } from '../properties/mutants/index.ts';
import { EXPLORERS, explorerRow } from '../properties/mutants/of-explorer.ts';
import { type Explored, holds, largerExplored } from '../properties/sizes/explored.ts';
import type { Sized } from '../properties/sizes/size.ts';
import { claims } from '../reports/claims/index.ts';
import { raceRow } from '../reports/races.ts';
import type {
  Measured,
  RaceRow,
  RestartTable,
  Result,
  StrategyRow,
  Timed,
} from '../reports/result.ts';
import { stopIfInterrupted } from './terminal.ts';

/** Of a scenario whose smallest size has too many states. */
const RUNS = 100;
/** There are never more traces than interleavings, but prefixes can be given up besides. */
const MAX_EXECUTIONS = 100_000;
/** Of what is sampled here it finds the rarest failure far more often than others do. */
const SAMPLER = 'URW';

export interface NamedCapture {
  readonly name: string;
  readonly capture: Capture;
}

export const captureName = (path: string): string => basename(path) || path;

async function breathe(): Promise<void> {
  await setImmediate();
  stopIfInterrupted();
}

export interface RaceOptions {
  readonly seed: number;
  /** Of all sizes of a scenario by one strategy; if the smallest has more, schedules are drawn. */
  readonly maxStates: number;
  /** Whom larger sizes are explored for. */
  readonly grows: (strategy: Strategy) => boolean;
  readonly onRow: (row: RaceRow) => void;
}

/** Each scenario under each strategy, in every interleaving or in those drawn from the seed. */
export async function races(
  scenarios: readonly Sized[],
  strategies: readonly Strategy[],
  { seed, maxStates, grows, onRow }: RaceOptions,
): Promise<RaceRow[]> {
  const rows: RaceRow[] = [];
  for (const { scenario, size } of scenarios) {
    for (const strategy of strategies) {
      await breathe();
      const subject = subjectOf(strategy, scenario);
      if (subject === null) continue;
      const make = () => scenarioOnModel(scenario, strategy, subject);
      const sampling = { runs: RUNS, seed, by: SAMPLER } as const;
      const exploration = exploreOrSample(make, { maxStates }, sampling);
      let shown: Explored = { size, scenario, exploration, make };
      let deepest = holds(shown) ? shown : null;
      if (deepest !== null && grows(strategy)) {
        const budget = { maxStates: maxStates - exploration.states };
        for (const larger of largerExplored(scenario, strategy, subject, budget)) {
          await breathe();
          if (holds(larger)) deepest = larger;
          else shown = larger;
        }
      }
      const row = raceRow(strategy, { shown, traces: tracesOf(shown), deepest, maxStates });
      onRow(row);
      rows.push(row);
    }
  }
  return rows;
}

/** As a certificate, of what was explored to its end. */
function tracesOf({ exploration, make }: Explored): TraceCount | null {
  const isWhole = exploration.verdict.kind === 'EXHAUSTIVE';
  return isWhole ? countTraces(make(), { maxExecutions: MAX_EXECUTIONS }) : null;
}

/** Each mutant by the check or scenario that must reject it. */
export async function mutantRows(
  scenarios: readonly Scenario[],
  onRow: (row: Measured['mutants'][number]) => void,
): Promise<Measured['mutants']> {
  const rows: Measured['mutants'] = [];
  for (const mutant of [...MUTANTS, ...FOR_SCENARIOS]) {
    await breathe();
    const { mutant: defect, of, killedBy } = mutantRow(mutant, scenarios);
    const row = { mutant: defect, of, killedBy: [...killedBy] };
    onRow(row);
    rows.push(row);
  }
  return rows;
}

/** Each explorer with a rule broken, over random programs. */
export async function explorerRows(
  onRow: (row: Measured['explorers'][number]) => void,
): Promise<Measured['explorers']> {
  const rows: Measured['explorers'] = [];
  for (const explorer of EXPLORERS) {
    await breathe();
    const row = explorerRow(explorer);
    onRow(row);
    rows.push(row);
  }
  return rows;
}

export interface Schedule {
  /** The order in which tasks run is drawn from it; null for that of creation. */
  readonly seed: number | null;
  /** So many restore the IPC objects of a namespace at once; a restart for each. */
  readonly workers: readonly number[];
}

/** One capture by each strategy and each of its caller halves. */
export async function restartTable(
  { name, capture }: NamedCapture,
  strategies: readonly Strategy[],
  { seed, workers }: Schedule,
): Promise<RestartTable> {
  const rows: RestartTable['rows'] = [];
  for (const count of workers) {
    for (const strategy of strategies) {
      for (const variant of [null, ...Object.keys(strategy.variants ?? {})]) {
        await breathe();
        rows.push(restart(capture, name, strategy, variant, seed, count).result);
      }
    }
  }
  const { tasks, source } = capture;
  const objects = ipcNamespaces(capture).flatMap(({ msg, sem, shm }) => [...msg, ...sem, ...shm]);
  return {
    capture: name,
    source,
    tasks: tasks.length,
    threads: tasks.reduce((sum, task) => sum + task.threads.length, 0),
    objects: objects.length,
    seed,
    rows,
  };
}

export interface Work
  extends Pick<Measured, 'ledger' | 'threads' | 'calls' | 'breakEvens' | 'restartSizes'> {}

export interface WorkOptions {
  /** Those whose many calls and large restarts are worth the time. */
  readonly large: readonly Strategy[];
  /** Of the schedule in which threads go. */
  readonly seed: number;
  /** Tasks of the captures that are restarted. */
  readonly sizes: readonly number[];
  readonly onRestart: (row: Timed['restarts'][number]) => void;
}

export interface Worked extends Work {
  readonly times: Timed['restarts'];
}

/** The kernel work of calls and restarts, exactly, and what the restarts took in seconds. */
export async function work(
  strategies: readonly Strategy[],
  { large, seed, sizes, onRestart }: WorkOptions,
): Promise<Worked> {
  // A restart asks for every kind.
  const restarters = large.filter(({ directs }) => directs === undefined);
  const restartSizes: Measured['restartSizes'] = [];
  const times: Timed['restarts'] = [];
  for (const size of sizes) {
    const capture = captureOf(size, seed);
    for (const strategy of restarters) {
      for (const variant of [null, ...Object.keys(strategy.variants ?? {})]) {
        await breathe();
        const { exact, timed } = restartOfSize(strategy, variant, capture);
        restartSizes.push(exact);
        times.push(timed);
        onRestart(timed);
      }
    }
  }
  await breathe();
  const ledger = ledgerRows(strategies);
  await breathe();
  const threads = threadsRows(strategies, seed);
  await breathe();
  return { ledger, threads, ...callsRows(large), restartSizes, times };
}

/** What is neither raced nor restarted as a whole, and what all of it says to the claims. */
export function conclude(
  strategies: readonly Strategy[],
  captures: readonly NamedCapture[],
  measured: Pick<Measured, 'races' | 'restarts' | 'mutants' | 'explorers'> & Work,
): Measured & Pick<Result, 'claims'> {
  const designs = strategies.filter(isBestForm);
  const all: Measured = {
    ...measured,
    strategies: strategies.map(strategyRow),
    idsOnly: captures.flatMap(({ name, capture }) =>
      designs.flatMap((strategy) => idsOnlyRow(strategy, name, capture) ?? []),
    ),
    deadPids: designs.map(deadPidRow),
  };
  return { ...all, claims: claims(all) };
}

function strategyRow(strategy: Strategy): StrategyRow {
  const { name, of, summary, kind, form, kernel, directs, rubric } = strategy;
  return {
    name,
    of,
    summary,
    kind,
    form,
    syscalls: Object.keys(kernel.syscalls ?? {}),
    files: (kernel.procfs ?? []).map((entry) => entry.name),
    fields: Object.keys(kernel.taskFields ?? {}),
    directs: directs === undefined ? null : [...directs],
    rubric: rubric ?? null,
  };
}
