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
import type { Scenario } from '../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import type { Capture } from '../core/restart/capture.ts';
import { ipcNamespaces } from '../core/restart/ipc-namespaces.ts';
import { restart } from '../core/restart/restart.ts';
import { GLANCE, hasPart } from '../properties/check.ts';
import { CHECKS, callers } from '../properties/checks.ts';
import { FOR_SCENARIOS } from '../properties/mutants/for-scenarios.ts';
import {
  checkTrial,
  MUTANTS,
  mutantRow,
  scenarioTrial,
  type Trial,
} from '../properties/mutants/index.ts';
import { eachLeftOut } from '../properties/mutants/left-out.ts';
import { EXPLORERS, explorerRow } from '../properties/mutants/of-explorer.ts';
import { MAX_STATES } from '../properties/sizes/explored.ts';
import type { Sized } from '../properties/sizes/size.ts';
import { claims } from '../reports/claims/index.ts';
import type {
  Measured,
  RaceRow,
  RestartTable,
  Result,
  StrategyRow,
  Timed,
} from '../reports/result.ts';
import { withWorkers } from './pool.ts';
import type { CellOptions } from './race-cell.ts';
import type { RaceTask } from './race-work.ts';
import { type Share, shareOf, WHOLE } from './share.ts';
import { stopIfInterrupted } from './terminal.ts';

export interface NamedCapture {
  readonly name: string;
  readonly capture: Capture;
}

export const captureName = (path: string): string => basename(path) || path;

async function breathe(): Promise<void> {
  await setImmediate();
  stopIfInterrupted();
}

export interface RaceOptions extends Omit<CellOptions, 'grows'> {
  /** MiB for each worker. */
  readonly memory: number;
  /** Whom larger sizes are explored for. */
  readonly grows: (racer: Racer) => boolean;
  readonly onRow: (row: RaceRow) => void;
}

/** Of a size, where so many cells are explored that somebody waits for the table. */
export const MAX_EXECUTIONS = 1000;

/** By whom a scenario is raced: a strategy, or one with a seeded defect. */
export interface Racer extends Pick<Strategy, 'name' | 'of' | 'kind' | 'form' | 'from'> {
  readonly defect?: string;
}

/** Each scenario under each strategy. Where it is interrupted, what is known until then. */
export async function races(
  scenarios: readonly Sized[],
  racers: readonly Racer[],
  options: RaceOptions,
): Promise<RaceRow[]> {
  return present(await raceCells(scenarios, racers, options, WHOLE));
}

export const present = (cells: readonly (RaceRow | null)[]): RaceRow[] =>
  cells.filter((row) => row !== null);

/** The same of a share of the cells, in order; null where a strategy has no part in a scenario. */
export async function raceCells(
  scenarios: readonly Sized[],
  racers: readonly Racer[],
  { memory, grows, onRow, ...options }: RaceOptions,
  share: Share,
): Promise<(RaceRow | null)[]> {
  const cells = scenarios.flatMap(({ scenario, size }) =>
    racers.map(
      (racer): Omit<RaceTask, 'limits'> => ({
        ...{ does: 'race', scenario: scenario.name, size, ...options },
        ...{ strategy: racer.name, from: racer.from ?? null },
        ...{ defect: racer.defect ?? null, grows: grows(racer) },
        isAlone: scenarios.length * racers.length === 1,
      }),
    ),
  );
  return withWorkers(memory, ({ race }) =>
    Promise.all(
      shareOf(cells, share).map(async (cell) => {
        const row = await race(cell);
        if (row !== null) onRow(row);
        return row;
      }),
    ),
  );
}

/** Each mutant by the check or scenario that must reject it. */
export async function mutantRows(
  scenarios: readonly Scenario[],
  onRow: (row: Measured['mutants'][number]) => void,
  share = WHOLE,
): Promise<Measured['mutants']> {
  const rows: Measured['mutants'] = [];
  for (const mutant of shareOf([...MUTANTS, ...FOR_SCENARIOS], share)) {
    await breathe();
    const { mutant: defect, of, killedBy } = mutantRow(mutant, scenarios);
    const row = { mutant: defect, of, killedBy: [...killedBy] };
    onRow(row);
    rows.push(row);
  }
  return rows;
}

/** Designs from outside by every check, and without each of their hooks by whatever they pass. */
export async function outsideRows(
  strategies: readonly Strategy[],
  scenarios: readonly Scenario[],
  onRow: (what: string) => void,
  share = WHOLE,
): Promise<NonNullable<Measured['outside']>> {
  const rows: NonNullable<Measured['outside']> = [];
  const trials = [
    ...CHECKS.map((check) => checkTrial(check, GLANCE)),
    ...scenarios.map((scenario) => scenarioTrial(scenario, MAX_STATES)),
  ];
  const brought = strategies.flatMap((one) =>
    one.from === undefined ? [] : [{ ...one, from: one.from }],
  );
  for (const strategy of shareOf(brought, share)) {
    const checks = [];
    for (const check of CHECKS.filter((one) => hasPart(one, strategy))) {
      for (const [by, caller] of callers(strategy)) {
        await breathe();
        onRow(check.name);
        checks.push({ check: check.name, by, wrong: check.run({ ...strategy, caller }) });
      }
    }
    const without = eachLeftOut(strategy);
    const passed = without.length === 0 ? [] : await passedBy(strategy, trials);
    const leftOut = [];
    for (const { defect, strategy: mutant } of without) {
      onRow(defect);
      const all = new Set(await passedBy(mutant, passed));
      const killedBy = passed.filter((trial) => !all.has(trial)).map(({ name }) => name);
      leftOut.push({ defect, killedBy });
    }
    rows.push({ strategy: strategy.name, from: strategy.from, checks, leftOut });
  }
  return rows;
}

async function passedBy(strategy: Strategy, trials: readonly Trial[]): Promise<Trial[]> {
  const passed: Trial[] = [];
  for (const trial of trials) {
    await breathe();
    if (trial.passes(strategy) === true) passed.push(trial);
  }
  return passed;
}

/** Each explorer with a rule broken, over random programs. */
export async function explorerRows(
  onRow: (row: Measured['explorers'][number]) => void,
  share = WHOLE,
): Promise<Measured['explorers']> {
  const rows: Measured['explorers'] = [];
  for (const explorer of shareOf(EXPLORERS, share)) {
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
  share = WHOLE,
): Promise<RestartTable> {
  const rows: RestartTable['rows'] = [];
  const all = workers.flatMap((count) =>
    callerHalves(strategies).map((half) => ({ ...half, count })),
  );
  for (const { strategy, variant, count } of shareOf(all, share)) {
    await breathe();
    rows.push(restart(capture, name, strategy, variant, seed, count).result);
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

/** Null is a strategy's own. */
const callerHalves = (strategies: readonly Strategy[]) =>
  strategies.flatMap((strategy) =>
    [null, ...Object.keys(strategy.variants ?? {})].map((variant) => ({ strategy, variant })),
  );

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
export async function work(strategies: readonly Strategy[], options: WorkOptions): Promise<Worked> {
  const restarted = await restartsOfSizes(options, WHOLE);
  return { ...(await workOfCalls(strategies, options)), ...restarted };
}

/** Restarts of generated captures. */
export async function restartsOfSizes(
  { large, seed, sizes, onRestart }: WorkOptions,
  share: Share,
): Promise<Pick<Worked, 'restartSizes' | 'times'>> {
  // A restart asks for every kind.
  const restarters = callerHalves(large.filter(({ directs }) => directs === undefined));
  const restartSizes: Measured['restartSizes'] = [];
  const times: Timed['restarts'] = [];
  const captures = sizes.map((size) => captureOf(size, seed));
  const all = captures.flatMap((capture) => restarters.map((half) => ({ ...half, capture })));
  for (const { strategy, variant, capture } of shareOf(all, share)) {
    await breathe();
    const { exact, timed } = restartOfSize(strategy, variant, capture);
    restartSizes.push(exact);
    times.push(timed);
    onRestart(timed);
  }
  return { restartSizes, times };
}

/** One call, many calls, and several threads. */
export async function workOfCalls(
  strategies: readonly Strategy[],
  { large, seed }: Pick<WorkOptions, 'large' | 'seed'>,
): Promise<Omit<Work, 'restartSizes'>> {
  await breathe();
  const ledger = ledgerRows(strategies);
  await breathe();
  const threads = threadsRows(strategies, seed);
  await breathe();
  return { ledger, threads, ...callsRows(large) };
}

/** What is neither raced nor restarted as a whole, and what all of it says to the claims. */
export function conclude(
  strategies: readonly Strategy[],
  captures: readonly NamedCapture[],
  measured: Pick<Measured, 'races' | 'restarts' | 'mutants' | 'explorers' | 'outside' | 'costs'> &
    Work,
): Measured & Pick<Result, 'claims'> {
  const all: Measured = { ...measured, ...ofEach(strategies, captures) };
  return { ...all, claims: claims(all) };
}

/** What takes no time. */
export function ofEach(
  strategies: readonly Strategy[],
  captures: readonly NamedCapture[],
): Pick<Measured, 'strategies' | 'idsOnly' | 'deadPids'> {
  const designs = strategies.filter(isBestForm);
  return {
    strategies: strategies.map(strategyRow),
    idsOnly: captures.flatMap(({ name, capture }) =>
      designs.flatMap((strategy) => idsOnlyRow(strategy, name, capture) ?? []),
    ),
    deadPids: designs.map(deadPidRow),
  };
}

function strategyRow(strategy: Strategy): StrategyRow {
  const { name, of, summary, kind, form, kernel, directs, rubric, from } = strategy;
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
    ...(from === undefined ? {} : { from }),
  };
}
