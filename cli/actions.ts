// SPDX-License-Identifier: MIT
/** What the commands do. Each sets the exit code that its outcome deserves. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ledgerRows } from '../bench/ledger-rows.ts';
import { timedRows } from '../bench/timed.ts';
import { replay } from '../core/explore/replay.ts';
import { parseSchedule } from '../core/explore/schedule.ts';
import { InputError } from '../core/input-error.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { importCriu } from '../core/restart/import-criu.ts';
import { restart } from '../core/restart/restart.ts';
import { renderJson } from '../reports/json.ts';
import { traceRow } from '../reports/races.ts';
import type { RaceRow, Result, RestartTable } from '../reports/result.ts';
import { renderBench, renderRace, renderRestart, renderText } from '../reports/text.ts';
import { writeAtomically, writeReport } from '../reports/write.ts';
import { CAPTURES, chooseScenarios, chooseStrategies, readCapture } from './choose.ts';
import { compare, race, restartTable } from './compare.ts';
import { EXIT, print, say, stopIfInterrupted, wasInterrupted } from './terminal.ts';

interface Common {
  readonly strategy: readonly string[];
  readonly json?: boolean;
}

interface CompareOptions extends Common {
  readonly capture: readonly string[];
  readonly seed: number;
  readonly out?: string;
}

export async function compareAndReport(options: CompareOptions): Promise<void> {
  const paths = options.capture.length === 0 ? CAPTURES : options.capture;
  const captures = [];
  for (const path of paths) captures.push({ path, capture: await readCapture(path) });
  const strategies = await chooseStrategies(options.strategy);
  if (options.out !== undefined) await makeDirectory(options.out);
  const result = await compare({
    strategies,
    scenarios: await chooseScenarios([]),
    captures,
    seed: options.seed,
    commandLine: ['sideband', ...process.argv.slice(2)].join(' '),
  });
  stopIfInterrupted();
  if (options.out !== undefined) await writeReport(options.out, result);
  print(options.json === true ? renderJson(result) : renderText(result));
  process.exitCode = exitOf(result);
}

const exitOf = ({ races, restarts }: Pick<Result, 'races' | 'restarts'>): number =>
  Math.max(...races.map(raceExit), ...restarts.map(restartExit), EXIT.ok);

/** A control is there to fail: one that passes means that the scenario proves nothing. */
function raceExit({ verdict, failing, strategyKind }: RaceRow): number {
  if (verdict.kind === 'INCOMPLETE') return EXIT.incomplete;
  return (failing === '0') === (strategyKind === 'design') ? EXIT.ok : EXIT.failed;
}

const restartExit = ({ rows }: RestartTable): number =>
  rows.every((row) => row.end.kind === 'restored') ? EXIT.ok : EXIT.failed;

export async function restartAndPrint(path: string, options: Common): Promise<void> {
  const capture = await readCapture(path);
  const strategies = await chooseDesigns(options.strategy);
  const table = await restartTable(path, capture, strategies);
  const [first] = strategies;
  if (options.json === true) {
    print(`${JSON.stringify(table, null, 2)}\n`);
  } else {
    const journal = first === undefined ? [] : restart(capture, path, first).journal;
    print(renderRestart(table, journal));
  }
  process.exitCode = restartExit(table);
}

/** Those named, controls included; or all designs. */
async function chooseDesigns(names: readonly string[]): Promise<readonly Strategy[]> {
  const strategies = await chooseStrategies(names);
  return names.length > 0 ? strategies : strategies.filter(({ kind }) => kind === 'design');
}

export async function importAndPrint(
  directory: string,
  options: { readonly out?: string },
): Promise<void> {
  const text = `${JSON.stringify(importCriu(directory), null, 2)}\n`;
  if (options.out === undefined) {
    print(text);
    return;
  }
  await makeDirectory(options.out);
  const file = join(options.out, 'capture.json');
  await writeAtomically(file, text);
  say(`wrote ${file}`);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(path, `can't be made (${code})`, 'name a directory that you may write');
  }
}

export async function raceAndPrint(
  name: string | undefined,
  options: Common & { readonly replay?: string },
): Promise<void> {
  const scenarios = await chooseScenarios(name === undefined ? [] : [name]);
  const strategies = await chooseStrategies(options.strategy);
  if (options.replay !== undefined) {
    const [scenario, strategy] = [scenarios[0], strategies[0]];
    if (name === undefined || scenario === undefined || options.strategy.length !== 1) {
      throw new InputError('--replay', 'it needs one scenario and one strategy', 'name both');
    }
    if (strategy === undefined) throw new Error('a chosen strategy vanished');
    const schedule = parseSchedule(options.replay);
    const system = scenarioOnModel(scenario, strategy);
    const row = traceRow(scenario, strategy, replay(system, schedule), system);
    print(options.json === true ? `${JSON.stringify(row, null, 2)}\n` : renderRace(row));
    process.exitCode = row.wrong === null ? EXIT.ok : EXIT.failed;
    return;
  }
  const rows: RaceRow[] = [];
  for (const scenario of scenarios) {
    for (const strategy of strategies) rows.push(await race(scenario, strategy));
  }
  print(options.json === true ? `${JSON.stringify(rows, null, 2)}\n` : renderRace(rows));
  process.exitCode = Math.max(...rows.map(raceExit), EXIT.ok);
}

export async function bench(options: Common & { readonly seed: number }): Promise<void> {
  const strategies = await chooseStrategies(options.strategy);
  const ledger = ledgerRows(strategies);
  const timed = await timedRows(strategies, {
    seed: options.seed,
    onRow: ({ name }) => say(`timed ${name}`),
    interrupted: wasInterrupted,
  });
  stopIfInterrupted();
  print(
    options.json === true
      ? `${JSON.stringify({ ledger, timed }, null, 2)}\n`
      : renderBench(ledger, timed),
  );
}

export async function list(options: Pick<Common, 'json'>): Promise<void> {
  const strategies = (await chooseStrategies([])).map(({ name, kind, form, summary, variants }) => ({
    name,
    kind,
    form,
    summary,
    variants: Object.keys(variants ?? {}),
  }));
  const scenarios = (await chooseScenarios([])).map(({ name, question, context }) => ({
    name,
    question,
    context,
  }));
  if (options.json === true) {
    print(`${JSON.stringify({ strategies, scenarios }, null, 2)}\n`);
    return;
  }
  for (const { name, kind, form, summary } of strategies) {
    print(`${name}  (${kind}, ${form})\n    ${summary}`);
  }
  for (const { name, question, context } of scenarios) {
    print(`${name}  (scenario, ${context})\n    ${question}`);
  }
}
