import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { restart } from '../core/restart/restart.ts';
import { left, type Section, table } from '../reports/document.ts';
import { hostSections } from '../reports/report.ts';
import type { Result } from '../reports/result.ts';
import { conformanceSection } from '../reports/sections/conformance.ts';
import { restartSections } from '../reports/sections/restarts.ts';
import { renderSections } from '../reports/text.ts';
import { jsonOf } from '../reports/write.ts';
import { chooseScenarios, chooseStrategies, readCapture } from './choose.ts';
import { compare } from './compare.ts';
import { type Common, DEFAULT_SEED, deliver, deliverReport, prepare } from './deliver.ts';
import { conformanceExit, observedExit, restartExit, restoresExit, worst } from './exit-code.ts';
import { runHost, startAgent } from './host.ts';
import { hostLane, THOROUGH_MINUTES } from './host-lane.ts';
import { type CountOptions, countCosts } from './linux-costs.ts';
import { captureName, restartTable } from './measure.ts';
import { compareShard, countShard, shardAsked } from './shards.ts';
import type { Share } from './share.ts';
import { print, say } from './terminal.ts';
import { wholeComparison } from './whole.ts';

export async function compareAndReport(
  options: Common & {
    readonly capture: readonly string[];
    readonly seed: number;
    readonly thorough?: true;
    readonly shard?: Share;
  },
): Promise<void> {
  const shard = shardAsked(options);
  const whole = await wholeComparison(options.seed, options);
  await prepare(options);
  if (shard !== null) return compareShard(whole, shard);
  if (options.thorough === true) sayHowLong();
  const result = await compare({
    ...whole,
    asText: options.json !== true,
    thorough: options.thorough === true,
  });
  await deliverReport(result, options);
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
  const shard = shardAsked(options);
  if (shard === null) return countCosts(options);
  await prepare(options);
  await countShard(options, shard);
}
