// SPDX-License-Identifier: MIT
/** The main job: everything that can be measured here, as one report. */
import { Listr } from 'listr2';
import { timedRows } from '../bench/timed.ts';
import type { Scenario } from '../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { MAX_STATES } from '../properties/sizes/explored.ts';
import { smallest } from '../properties/sizes/size.ts';
import { provenance } from '../reports/provenance.ts';
import { readReference } from '../reports/reference.ts';
import { exactSections, otherSections, titleOf } from '../reports/report.ts';
import {
  type Measured,
  type RaceRow,
  RESULT_SCHEMA,
  type RestartTable,
  type Result,
  type Timed,
} from '../reports/result.ts';
import { renderSections, renderText } from '../reports/text.ts';
import { hostLane } from './host-lane.ts';
import {
  conclude,
  explorerRows,
  MAX_EXECUTIONS,
  mutantRows,
  type NamedCapture,
  ofEach,
  outsideRows,
  present,
  raceCells,
  restartsOfSizes,
  restartTable,
  type Worked,
  type WorkOptions,
  work,
  workOfCalls,
} from './measure.ts';
import { MEMORY } from './pool.ts';
import { type Share, WHOLE } from './share.ts';
import { print, progress, stopIfInterrupted, wasInterrupted } from './terminal.ts';
import { version } from './version.ts';

/** What is compared. */
export interface Compared {
  readonly strategies: readonly Strategy[];
  readonly scenarios: readonly Scenario[];
  readonly captures: readonly NamedCapture[];
  readonly seed: number;
}

export interface Comparison extends Compared {
  readonly commandLine: string;
  /** Take minutes for the kernel below, and not seconds. */
  readonly thorough: boolean;
  /** Print the text report, what is exact as soon as it is known. */
  readonly asText: boolean;
}

export async function compare(comparison: Comparison): Promise<Result> {
  const { strategies, scenarios, seed, commandLine, asText, thorough } = comparison;
  const origin = await provenance({ version, seed, commandLine });
  const { exact, times } = await modelLane(comparison);
  if (asText) {
    print(
      renderText({
        title: titleOf({ ...exact, provenance: origin }),
        sections: exactSections(exact),
      }),
    );
  }
  const result: Result = {
    schema: RESULT_SCHEMA,
    ...exact,
    ...(await hostLane({ scenarios, strategies, seed, thorough })),
    timed: { calls: await time(strategies.filter(isBestForm), seed), restarts: times },
    provenance: origin,
  };
  if (asText) print(renderSections(otherSections(result)));
  return result;
}

/** All that is the same in every run, and what its restarts took. */
export async function modelLane(comparison: Compared): Promise<{
  readonly exact: Measured & Pick<Result, 'claims'>;
  readonly times: Timed['restarts'];
}> {
  const { strategies, captures, seed } = comparison;
  const { races, ...cells } = await measure(comparison, WHOLE);
  const measured = { ...cells, races: present(races) };
  const { times, ...counted } = await countWork(
    strategies.filter(({ kind }) => kind !== 'control'),
    { large: strategies.filter(isBestForm), seed, sizes: SIZES },
  );
  const costs = await readReference();
  return { exact: conclude(strategies, captures, { ...measured, ...counted, costs }), times };
}

const WORKERS: readonly number[] = [1, 2, 4];

type Cells = Pick<Measured, 'restarts' | 'mutants' | 'explorers' | 'outside'> & {
  readonly races: readonly (RaceRow | null)[];
};

/** A share of what takes long and is the same in every run; what is left over is the first share's. */
export async function measureShare(comparison: Compared, share: Share) {
  const { strategies, captures, seed } = comparison;
  const cells = await measure(comparison, share);
  const large = strategies.filter(isBestForm);
  const options = { large, seed, sizes: SIZES, onRestart: () => {} };
  const { restartSizes } = await restartsOfSizes(options, share);
  const users = strategies.filter(({ kind }) => kind !== 'control');
  const rest =
    share.index === 0
      ? { ...(await workOfCalls(users, options)), ...ofEach(strategies, captures) }
      : null;
  return { ...cells, restartSizes, rest };
}

async function measure(
  { strategies, scenarios, captures, seed }: Compared,
  share: Share,
): Promise<Cells> {
  let rows: (RaceRow | null)[] = [];
  let mutants: Measured['mutants'] = [];
  let explorers: Measured['explorers'] = [];
  let outside: NonNullable<Measured['outside']> = [];
  const restarts: RestartTable[] = [];
  const designs = strategies.filter(isBestForm);
  const stages = new Listr(
    [
      {
        title: 'Races, every interleaving',
        task: async (_context, task) => {
          const onRow = (row: RaceRow) => {
            task.output = `${row.scenario}: ${row.strategy}`;
          };
          const options = {
            ...{ seed, maxStates: MAX_STATES, preemptions: null, memory: MEMORY },
            ...{ maxExecutions: MAX_EXECUTIONS, grows: isBestForm, onRow },
          };
          rows = await raceCells(scenarios.map(smallest), strategies, options, share);
          stopIfInterrupted();
          task.title = `Races: ${inShort(present(rows))}`;
        },
      },
      {
        title: 'Checks of designs from outside',
        enabled: () => strategies.some(({ from }) => from !== undefined),
        task: async (_context, task) => {
          const onRow = (what: string) => {
            task.output = what;
          };
          outside = await outsideRows(strategies, scenarios, onRow, share);
          const checks = outside.flatMap((row) => row.checks);
          const passed = checks.filter(({ wrong }) => wrong === null).length;
          task.title = `Checks of designs from outside: ${passed} of ${checks.length} passed`;
        },
      },
      {
        title: 'Mutants',
        task: async (_context, task) => {
          const onRow = ({ mutant }: Measured['mutants'][number]) => {
            task.output = mutant;
          };
          mutants = await mutantRows(scenarios, onRow, share);
          const killed = mutants.filter(({ killedBy }) => killedBy.length > 0).length;
          task.title = `Mutants: ${killed} of ${mutants.length} rejected`;
        },
      },
      {
        title: 'Explorers with a rule broken',
        task: async (_context, task) => {
          const onRow = ({ defect }: Measured['explorers'][number]) => {
            task.output = defect ?? 'none';
          };
          explorers = await explorerRows(onRow, share);
          const broken = explorers.filter(({ defect }) => defect !== null);
          const found = broken.filter(({ sums }) => sums > 0).length;
          task.title = `Explorers with a rule broken: ${found} of ${broken.length} found`;
        },
      },
      {
        title: 'Restarts',
        task: async (_context, task) => {
          for (const capture of captures) {
            task.output = capture.name;
            restarts.push(await restartTable(capture, designs, { seed, workers: WORKERS }, share));
          }
          const ends = restarts.flatMap((table) => table.rows.map((row) => row.end.kind));
          const restored = ends.filter((end) => end === 'restored').length;
          task.title = `Restarts: ${restored} of ${ends.length} restored and verified`;
        },
      },
    ],
    progress(),
  );
  await stages.run();
  return {
    ...{ races: rows, restarts, mutants, explorers },
    ...(outside.length === 0 ? {} : { outside }),
  };
}

function inShort(rows: readonly RaceRow[]): string {
  const of = (kind: RaceRow['verdict']['kind']) =>
    rows.filter(({ verdict }) => verdict.kind === kind).length;
  const parts = [
    `${of('EXHAUSTIVE')} explored, each of its interleavings`,
    ...(of('SAMPLED') > 0 ? [`${of('SAMPLED')} sampled`] : []),
    ...(of('INCOMPLETE') > 0 ? [`${of('INCOMPLETE')} INCOMPLETE`] : []),
    `${rows.filter(({ counterexample }) => counterexample !== null).length} fail somewhere`,
  ];
  return parts.join('; ');
}

/** Tasks of the restarts that are part of a report; sideband bench goes on to larger ones. */
const SIZES: readonly number[] = [10, 100, 1000];

/** The kernel work of calls and of restarts of so many tasks. */
export async function countWork(
  strategies: readonly Strategy[],
  options: Omit<WorkOptions, 'onRestart'>,
): Promise<Worked> {
  const worked: Worked[] = [];
  const stage = new Listr(
    [
      {
        title: 'Kernel work',
        task: async (_context, task) => {
          const onRestart = ({ by, tasks }: Timed['restarts'][number]) => {
            task.output = `restart of ${tasks} tasks: ${by}`;
          };
          const one = await work(strategies, { ...options, onRestart });
          worked.push(one);
          task.title = `Kernel work: ${one.ledger.length} calls, ${one.times.length} restarts`;
        },
      },
    ],
    progress(),
  );
  await stage.run();
  const [only] = worked;
  if (only === undefined) throw new Error('the stage ended without its result');
  return only;
}

/** Rows of the timed table. */
export async function time(strategies: readonly Strategy[], seed: number): Promise<Timed['calls']> {
  let timed: Timed['calls'] = [];
  const stage = new Listr(
    [
      {
        title: "Speed of this suite's model",
        task: async (_context, task) => {
          timed = await timedRows(strategies, {
            seed,
            onRow: ({ call, by, mode }) => {
              task.output = `${call}: ${by}, ${mode}`;
            },
            interrupted: wasInterrupted,
          });
          stopIfInterrupted();
          task.title = `Speed of this suite's model: ${timed.length} rows`;
        },
      },
    ],
    progress(),
  );
  await stage.run();
  return timed;
}
