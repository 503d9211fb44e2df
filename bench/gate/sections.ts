// SPDX-License-Identifier: MIT
/** What is timed of two versions, and how their processes come about. */
import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { InputError } from '../../core/input-error.ts';
import type { Sides } from './blocks.ts';
import { Runner, type RunnerCommand } from './runner.ts';
import type { Hello, Row } from './turns.ts';
import type { Version } from './versions.ts';

export const SECTIONS = ['model', 'agent'] as const;
export type SectionName = (typeof SECTIONS)[number];

export const TITLES: Readonly<Record<SectionName, string>> = {
  model: 'explorer and model',
  agent: 'agent and tapes',
};

export interface Section {
  readonly rows: Rows;
  /** Of a block; see blocks.ts. */
  sides(environment: () => number): Promise<Sides>;
  end(): void;
}

export interface Rows {
  /** That both versions have. */
  readonly shared: readonly Row[];
  /** Names of those that only the candidate has, and of those that only the base has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface Versions {
  readonly base: Version;
  readonly candidate: Version;
  /** For what is built of them. */
  readonly scratch: string;
}

/** @throws InputError where one of the versions can't be timed */
export const openSection = (name: SectionName, versions: Versions): Promise<Section> =>
  name === 'model' ? modelSection(versions) : agentSection(versions);

/**
 * Without its optimising compiler, V8 is as fast as it gets after some milliseconds: what it would
 * compile takes seconds a process, and falls out otherwise each time.
 */
const V8 = ['--no-opt', '--single-threaded'];

/** Of a process that lives for one block. */
async function modelSection({ base, candidate, scratch }: Versions): Promise<Section> {
  const pin = await pinned();
  const commandOf = async (version: Version, name: string): Promise<RunnerCommand> => {
    const bundle = join(scratch, `${name}.mjs`);
    await bundled(version, bundle);
    const [path = process.execPath, ...args] = [...pin, process.execPath, ...V8, bundle];
    return { path, args, directory: version.root, version: version.name };
  };
  const commands = {
    base: await commandOf(base, 'base'),
    candidate: await commandOf(candidate, 'candidate'),
  };
  const rows = await rowsOfBoth(commands.base, commands.candidate);
  return {
    rows,
    sides: (environment) =>
      three(commands.base, commands.candidate, (command) => Runner.start(command, environment())),
    end() {},
  };
}

interface Three extends Sides {
  readonly base: Runner;
  readonly candidate: Runner;
}

async function three(
  base: RunnerCommand,
  candidate: RunnerCommand,
  start: (command: RunnerCommand) => Promise<Runner>,
): Promise<Three> {
  const runners: Runner[] = [];
  const end = () => {
    for (const runner of runners) runner.end();
  };
  const one = async (command: RunnerCommand): Promise<Runner> => {
    const runner = await start(command);
    runners.push(runner);
    return runner;
  };
  try {
    return {
      base: await one(base),
      candidate: await one(candidate),
      again: await one(base),
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** One file, so that a process is there soon. */
async function bundled({ root, name }: Version, outfile: string): Promise<void> {
  const entry = join(root, 'bench/gate/of-model.ts');
  await mustHave(entry, name);
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true },
    ...{ platform: 'node', format: 'esm', logLevel: 'silent' },
  });
}

async function mustHave(entry: string, version: string): Promise<void> {
  try {
    await access(entry);
  } catch {
    throw new InputError(
      version,
      "it can't be timed, as it has no bench/gate/",
      'name a version that has it',
    );
  }
}

/** Only the image of a turn is fresh: the harness around it is not what is timed. */
async function agentSection({ base, candidate }: Versions): Promise<Section> {
  const commandOf = async ({ root, name }: Version): Promise<RunnerCommand> => {
    const entry = join(root, 'bench/gate/of-agent.ts');
    await mustHave(entry, name);
    const args = ['--import', 'tsx', entry];
    return { path: process.execPath, args, directory: root, version: name };
  };
  const [first, second] = [await commandOf(base), await commandOf(candidate)];
  const sides = await three(first, second, (command) => Runner.start(command, 0));
  const stays: Sides = { ...sides, end() {} };
  const rows = rowsOf(sides.base.hello, sides.candidate.hello);
  return { rows, sides: async () => stays, end: () => sides.end() };
}

async function rowsOfBoth(base: RunnerCommand, candidate: RunnerCommand): Promise<Rows> {
  const helloOf = async (command: RunnerCommand): Promise<Hello> => {
    const runner = await Runner.start(command, 0);
    runner.end();
    return runner.hello;
  };
  return rowsOf(await helloOf(base), await helloOf(candidate));
}

/** @throws InputError where they do not understand each other */
export function rowsOf(base: Hello, candidate: Hello): Rows {
  if (base.protocol !== candidate.protocol) {
    throw new InputError(
      '--against',
      `that version speaks protocol ${base.protocol}, and this one ${candidate.protocol}`,
      'name a later one',
    );
  }
  const isIn = ({ rows }: Hello, { name }: Row) => rows.some((row) => row.name === name);
  return {
    shared: candidate.rows.filter((row) => isIn(base, row)),
    added: candidate.rows.filter((row) => !isIn(base, row)).map(({ name }) => name),
    removed: base.rows.filter((row) => !isIn(candidate, row)).map(({ name }) => name),
  };
}

/** Both versions on the last CPU, by taskset where it is there: they take turns, and share what it does. */
async function pinned(): Promise<string[]> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, 'taskset');
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return [path, '-c', String(availableParallelism() - 1)];
  }
  return [];
}
