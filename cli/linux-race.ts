// SPDX-License-Identifier: MIT
/** Scenarios run freely by real threads on the kernel below. */
import { availableParallelism } from 'node:os';
import { InputError } from '../core/input-error.ts';
import type { Scenario } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import type { Agent } from '../linux/host/agent.ts';
import { LeftOut } from '../linux/race/allowed.ts';
import {
  isStock,
  observe,
  prepared,
  type Race,
  type Ready,
  racesOf,
} from '../linux/race/free-runs.ts';
import { MODES, type Mode } from '../linux/race/wire.ts';
import type { ObservedResult, ObservedRun } from '../reports/schema/observed.ts';
import { observedSection } from '../reports/sections/observed.ts';
import { chooseScenarios, chooseStrategies } from './choose.ts';
import { type Common, deliver, prepare } from './deliver.ts';
import { observedExit } from './exit-code.ts';
import { orWhyNot, startAgent } from './host.ts';
import { say, wasInterrupted } from './terminal.ts';

export interface FreeRuns {
  readonly scenarios: readonly Scenario[];
  readonly strategies: readonly Strategy[];
  /** With which caller halves of each strategy. */
  readonly halves: 'all' | 'own';
  /** Of all together, at least. */
  readonly runs: number;
  readonly seed: number;
  readonly onRow: (row: ObservedRun['rows'][number]) => void;
}

/** One CPU can't keep threads apart. */
const modesOn = (cpus: number): Mode[] => MODES.filter((mode) => cpus > 1 || mode !== 'apart');

/** @throws InputError where there is no compiler, or the kernel forbids what the agent needs */
export async function freeRuns(options: FreeRuns): Promise<ObservedRun> {
  const agent = await startAgent();
  try {
    const strategies = options.strategies.filter(isStock);
    return await freeRunsBy(agent, availableParallelism(), { ...options, strategies });
  } finally {
    await agent.end();
  }
}

/** By strategies all of which the kernel has that the agent runs on. @throws InputError likewise */
export async function freeRunsBy(
  agent: Agent,
  cpus: number,
  { scenarios, strategies, halves, runs, seed, onRow }: FreeRuns,
): Promise<ObservedRun> {
  const modes = modesOn(cpus);
  const leftOut: ObservedRun['leftOut'] = [];
  const rows: ObservedRun['rows'] = [];
  const ready = racesOf(scenarios, strategies, halves).flatMap((race): Ready[] => {
    if (wasInterrupted()) return [];
    try {
      return [prepared(race, agent.hello)];
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      leftOut.push({ ...named(race), reason: error.message });
      return [];
    }
  });
  const each = Math.ceil(runs / Math.max(1, ready.length * modes.length));
  for (const [index, one] of ready.entries()) {
    if (wasInterrupted()) break;
    const row = await observe(agent, one, {
      ...{ runs: each, modes, interrupted: wasInterrupted },
      seed: seed + index * each * modes.length,
    });
    rows.push(row);
    onRow(row);
  }
  return { kind: 'run', seed, cpus, rows, leftOut };
}

const named = ({ scenario, strategy }: Race) => ({ scenario: scenario.name, strategy });

/** The same for a report, which says why where it can't be run. */
export function observedForReport(options: FreeRuns): Promise<ObservedResult> {
  return orWhyNot(() => freeRuns(options));
}

export async function raceFreely(
  name: string | undefined,
  options: Common & { readonly runs: number; readonly seed: number },
): Promise<void> {
  const scenarios = await chooseScenarios(name === undefined ? [] : [name]);
  const strategies = await chooseStrategies(options.strategy);
  await prepare(options);
  const observed = await freeRuns({
    ...{ scenarios, strategies, halves: 'all', runs: options.runs, seed: options.seed },
    onRow({ scenario, strategy, byMode, outside }) {
      const runs = byMode.reduce((sum, row) => sum + row.runs, 0);
      say(`${scenario} by ${strategy}: ${runs} runs, ${outside} outside`);
    },
  });
  if (observed.rows.length === 0) {
    const [first] = observed.leftOut;
    throw new InputError(
      'linux race',
      first === undefined ? 'no thread races there' : `it can't be run, as ${first.reason}`,
      'choose another scenario or strategy (sideband linux race runs all that can be)',
    );
  }
  await deliver('free-runs', options, [observedSection(observed)], observed);
  process.exitCode = observedExit(observed);
}
