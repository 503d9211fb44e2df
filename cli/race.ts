// SPDX-License-Identifier: MIT
/** Explores scenarios, or runs one schedule of one. */
import type { System } from '../core/explore/machine.ts';
import { replay } from '../core/explore/replay.ts';
import { runAtRandom } from '../core/explore/run.ts';
import { parseSchedule, type Schedule } from '../core/explore/schedule.ts';
import { InputError } from '../core/input-error.ts';
import { type Scenario, type Size, subjectOf } from '../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { formatSize } from '../properties/sizes/size.ts';
import type { Section } from '../reports/document.ts';
import { drawing } from '../reports/races.ts';
import { drawingBlocks } from '../reports/sections/counterexamples.ts';
import { chooseMutant, chooseSizes, chooseStrategies } from './choose.ts';
import { type Common, DEFAULT_SEED, deliver, prepare } from './deliver.ts';
import { deliverRaces } from './deliver-races.ts';
import { MAX_EXECUTIONS, present, raceCells } from './measure.ts';
import { printForSpin } from './race-promela.ts';
import { keyOf, shardAsked, writeShard } from './shards.ts';
import { type Share, WHOLE } from './share.ts';
import { EXIT, say } from './terminal.ts';

interface RaceOptions extends Common {
  readonly replay?: string;
  readonly seed?: number;
  readonly promela?: true;
  readonly size?: Size;
  readonly states: number;
  readonly bound?: number;
  readonly memory: number;
  /** Takes the strategy's place. */
  readonly mutant?: string;
  readonly shard?: Share;
}

/** Options that are about one scenario by one strategy, and what is then printed. */
const OF_ONE = [
  ['replay', 'one schedule'],
  ['seed', 'one schedule'],
  ['promela', 'a program for Spin'],
] as const;

/** Of a size, where not all scenarios or strategies are asked for. */
const MAX_EXECUTIONS_NARROWED = 100_000;

/** Of a scenario that is printed for Spin. */
const MAX_STATES = 100_000;

export async function raceAndReport(name: string | undefined, options: RaceOptions): Promise<void> {
  const scenarios = await chooseSizes(name, options.size);
  const mutant = options.mutant === undefined ? null : chooseMutant(options.mutant);
  if (mutant !== null && options.strategy.length > 0) {
    throw new InputError('--mutant', 'it is a strategy of its own', 'leave --strategy out');
  }
  const strategies =
    mutant === null ? await chooseStrategies(options.strategy, options.with) : [mutant.strategy];
  const isNamed = mutant !== null || options.strategy.length > 0;
  await prepare(options);
  const ofOne = OF_ONE.find(([option]) => options[option] !== undefined);
  if (ofOne !== undefined) {
    const [option, what] = ofOne;
    const [scenario, strategy] = [scenarios[0], strategies[0]];
    const isOne = name !== undefined && isNamed && strategies.length === 1;
    if (!isOne || scenario === undefined || strategy === undefined) {
      throw new InputError(
        `--${option}`,
        `${what} is of one scenario by one strategy`,
        'name both',
      );
    }
    if (option !== 'promela') return oneSchedule(scenario.scenario, strategy, options);
    const names = { scenario: scenario.scenario.name, strategy: strategy.name };
    return printForSpin(names, maker(scenario.scenario, strategy), MAX_STATES);
  }
  const isNarrowed = name !== undefined || isNamed;
  let told = performance.now();
  let known = 0;
  const shard = shardAsked(options);
  const racers = mutant === null ? strategies : [{ ...mutant.strategy, defect: mutant.defect }];
  const cells = await raceCells(
    scenarios,
    racers,
    {
      seed: DEFAULT_SEED,
      maxStates: options.states,
      preemptions: options.bound ?? null,
      memory: options.memory,
      maxExecutions: isNarrowed ? MAX_EXECUTIONS_NARROWED : MAX_EXECUTIONS,
      grows: (strategy) => options.size === undefined && (isNamed || isBestForm(strategy)),
      onRow({ scenario, strategy }) {
        known++;
        if (performance.now() - told < SAY_AFTER_MS) return;
        told = performance.now();
        say(`explored: ${scenario} by ${strategy}; ${known} so far`);
      },
    },
    shard?.share ?? WHOLE,
  );
  if (shard !== null) {
    const key = await keyOf({
      seed: DEFAULT_SEED,
      scenarios: scenarios.map((one) => `${one.scenario.name} ${formatSize(one.size)}`).join(', '),
      strategies: racers.map((racer) => racer.name).join(' '),
      ...{ defect: mutant?.defect ?? 'none', states: options.states },
      ...{ bound: options.bound ?? 'none', memory: options.memory },
    });
    return writeShard(shard, { command: 'race', key, races: cells, isNarrowed });
  }
  await deliverRaces(present(cells), isNarrowed, options);
}

/** Progress in a log: not for what is over at once. */
const SAY_AFTER_MS = 2000;

function maker(scenario: Scenario, strategy: Strategy): () => System {
  const subject = subjectOf(strategy, scenario);
  if (subject === null) {
    throw new InputError(
      scenario.name,
      `${strategy.name} can not direct any call that it asks with`,
      'choose another strategy (see sideband list)',
    );
  }
  return () => scenarioOnModel(scenario, strategy, subject);
}

/** The schedule of a replay string, or one that is drawn from a seed. */
async function oneSchedule(
  scenario: Scenario,
  strategy: Strategy,
  options: RaceOptions,
): Promise<void> {
  const make = maker(scenario, strategy);
  const defect = options.mutant === undefined ? null : chooseMutant(options.mutant).defect;
  const schedule: Schedule =
    options.replay === undefined
      ? runAtRandom(make().threads, options.seed ?? 0).schedule
      : parseSchedule(options.replay);
  const system = make();
  const drawn = drawing(scenario, replay(system, schedule), system, false);
  const section: Section = {
    title: `${scenario.name}: ${strategy.name}, one schedule`,
    lane: 'model',
    blocks: drawingBlocks(drawn, {
      ...{ scenario: scenario.name, strategy: strategy.name },
      ...(strategy.from === undefined ? {} : { from: strategy.from }),
      ...{ defect, size: options.size ?? null },
    }),
  };
  const data = { scenario: scenario.name, strategy: strategy.name, ...drawn };
  await deliver('schedule', options, [section], data);
  process.exitCode = drawn.wrong === null ? EXIT.ok : EXIT.failed;
}
