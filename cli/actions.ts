// SPDX-License-Identifier: MIT
/** What the commands do. Each sets the exit code that its outcome deserves. */
import type { System } from '../core/explore/machine.ts';
import { replay } from '../core/explore/replay.ts';
import { runAtRandom } from '../core/explore/run.ts';
import { parseSchedule, type Schedule } from '../core/explore/schedule.ts';
import { InputError } from '../core/input-error.ts';
import { type Scenario, type Size, subjectOf } from '../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { restart } from '../core/restart/restart.ts';
import { formatSize } from '../properties/sizes/size.ts';
import { left, type Section, table } from '../reports/document.ts';
import { drawing } from '../reports/races.ts';
import { hostSections } from '../reports/report.ts';
import type { Result } from '../reports/result.ts';
import { conformanceSection } from '../reports/sections/conformance.ts';
import { drawingBlocks } from '../reports/sections/counterexamples.ts';
import { restartSections } from '../reports/sections/restarts.ts';
import { SHARD_SCHEMA } from '../reports/shard.ts';
import { renderSections } from '../reports/text.ts';
import { jsonOf, writeReport } from '../reports/write.ts';
import {
  chooseMutant,
  chooseScenarios,
  chooseSizes,
  chooseStrategies,
  readCapture,
} from './choose.ts';
import { compare } from './compare.ts';
import { type Common, DEFAULT_SEED, deliver, prepare } from './deliver.ts';
import { deliverRaces } from './deliver-races.ts';
import {
  conformanceExit,
  observedExit,
  restartExit,
  restoresExit,
  resultExit,
  worst,
} from './exit-code.ts';
import { runHost, startAgent } from './host.ts';
import { hostLane, THOROUGH_MINUTES } from './host-lane.ts';
import { type CountOptions, countCosts } from './linux-costs.ts';
import { captureName, MAX_EXECUTIONS, present, raceCells, restartTable } from './measure.ts';
import { printForSpin } from './race-promela.ts';
import { compareShard, countShard, keyOf, needOut, writeShard } from './shards.ts';
import { type Share, WHOLE } from './share.ts';
import { EXIT, print, say, stopIfInterrupted } from './terminal.ts';
import { wholeComparison } from './whole.ts';

export async function compareAndReport(
  options: Common & {
    readonly capture: readonly string[];
    readonly seed: number;
    readonly thorough?: true;
    readonly shard?: Share;
  },
): Promise<void> {
  const { shard } = options;
  const directory = shard === undefined ? undefined : needOut(options.out);
  const whole = await wholeComparison(options.seed, options);
  await prepare(options);
  if (shard !== undefined && directory !== undefined) {
    return compareShard(whole, shard, directory);
  }
  if (options.thorough === true) sayHowLong();
  const result = await compare({
    ...whole,
    asText: options.json !== true,
    thorough: options.thorough === true,
  });
  stopIfInterrupted();
  if (options.out !== undefined) await writeReport(options.out, result);
  if (options.json === true) print(jsonOf(result));
  process.exitCode = resultExit(result);
}

export async function restartAndReport(
  path: string,
  options: Common & { readonly seed?: number; readonly workers: number },
): Promise<void> {
  const { workers } = options;
  const seed = options.seed ?? (workers > 1 ? DEFAULT_SEED : null);
  const capture = await readCapture(path);
  const strategies = await chooseDesigns(options);
  await prepare(options);
  const name = captureName(path);
  const result = await restartTable({ name, capture }, strategies, { seed, workers: [workers] });
  const [first] = strategies;
  const journal =
    first === undefined ? [] : restart(capture, name, first, null, seed, workers).journal;
  const steps: Section = {
    title: 'CALL BY CALL, in the order that the plan found',
    lane: 'model',
    blocks: [
      table(
        [left(''), left('')],
        journal.map((purpose, index) => [String(index + 1), purpose]),
        1,
      ),
    ],
  };
  const sections = restartSections({ restarts: [result], deadPids: [], idsOnly: [] });
  await deliver('restart', options, [...sections, steps], { ...result, journal });
  process.exitCode = restartExit(result, mustRestore(strategies, options.strategy));
}

/** Whatever was asked for by name, or the best forms: a form as posted may not be up to it. */
function mustRestore(
  strategies: readonly Strategy[],
  names: readonly string[],
): ReadonlySet<string> {
  const all = strategies.filter((strategy) => names.length > 0 || isBestForm(strategy));
  return new Set(all.map(({ name }) => name));
}

/** Those named, controls included; or all designs. */
async function chooseDesigns({
  strategy: names,
  with: files,
}: Common): Promise<readonly Strategy[]> {
  const strategies = await chooseStrategies(names, files);
  return names.length > 0 ? strategies : strategies.filter(({ kind }) => kind === 'design');
}

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
  const directory = options.shard === undefined ? undefined : needOut(options.out);
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
    options.shard ?? WHOLE,
  );
  if (options.shard !== undefined && directory !== undefined) {
    const { index, of } = options.shard;
    const key = await keyOf({
      seed: DEFAULT_SEED,
      scenarios: scenarios.map((one) => `${one.scenario.name} ${formatSize(one.size)}`).join(', '),
      strategies: racers.map((racer) => racer.name).join(' '),
      ...{ defect: mutant?.defect ?? 'none', states: options.states },
      ...{ bound: options.bound ?? 'none', memory: options.memory },
    });
    const head = { schema: SHARD_SCHEMA, command: 'race', shard: index + 1, of, key } as const;
    return writeShard(directory, { ...head, races: cells, isNarrowed });
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

/** Progress in a log: a line every so many calls. */
const SAY_EVERY = 10_000;

/** Before anything takes it. */
const sayHowLong = (): void =>
  say(`the kernel below is asked thoroughly: this takes about ${THOROUGH_MINUTES} minutes`);

interface HostOptions extends Pick<Common, 'json' | 'out'> {
  readonly seed: number;
  readonly calls?: number;
  readonly thorough?: true;
}

export async function askHost(options: HostOptions): Promise<void> {
  await prepare(options);
  const { calls, thorough } = options;
  return calls === undefined
    ? wholeHostLane(options, thorough === true)
    : compareWithHost(options, calls);
}

async function wholeHostLane(options: HostOptions, thorough: boolean): Promise<void> {
  // Where nothing can be asked, that is an error of who asks.
  await (await startAgent()).end();
  if (thorough) sayHowLong();
  const [scenarios, strategies] = [await chooseScenarios([]), await chooseStrategies([])];
  const lane = await hostLane({ scenarios, strategies, seed: options.seed, thorough });
  const { conformance, ...others } = lane;
  await deliver('host', options, hostSections(lane), { ...conformance, ...others });
  process.exitCode = worst([
    conformanceExit(conformance),
    observedExit(lane.observed),
    restoresExit(lane.realRestores),
  ]);
}

async function compareWithHost(options: HostOptions, calls: number): Promise<void> {
  let said = 0;
  const run = await runHost({
    seed: options.seed,
    calls,
    onCalls: (done) => {
      if (done - said < SAY_EVERY) return;
      said = done;
      say(`${done} of ${calls} calls compared`);
    },
  });
  const conformance: Result['conformance'] = { kind: 'run', ...run };
  await deliver('host', options, [conformanceSection(conformance)], conformance);
  process.exitCode = conformanceExit(conformance);
}

export async function list(options: Pick<Common, 'json' | 'with'>): Promise<void> {
  const strategies = (await chooseStrategies([], options.with)).map(
    ({ name, kind, form, summary, variants }) => ({
      name,
      kind,
      form,
      summary,
      variants: Object.keys(variants ?? {}),
    }),
  );
  const scenarios = (await chooseScenarios([])).map(({ name, question, context }) => ({
    name,
    question,
    context,
  }));
  const sections: Section[] = [
    {
      title: 'STRATEGIES',
      lane: null,
      blocks: [
        table(
          [left('name'), left('kind'), left('form'), left('how the argument travels')],
          strategies.map(({ name, kind, form, summary }) => [name, kind, form, summary]),
          3,
        ),
      ],
    },
    {
      title: 'SCENARIOS',
      lane: null,
      blocks: [
        table(
          [left('name'), left('context'), left('question')],
          scenarios.map(({ name, context, question }) => [name, context, question]),
          2,
        ),
      ],
    },
  ];
  print(options.json === true ? jsonOf({ strategies, scenarios }) : renderSections(sections));
}

export async function count(options: CountOptions & { readonly shard?: Share }): Promise<void> {
  const { shard } = options;
  if (shard === undefined) return countCosts(options);
  const directory = needOut(options.out);
  await prepare(options);
  await countShard(options, shard, directory);
}
