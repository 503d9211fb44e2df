// SPDX-License-Identifier: MIT
/** Writes shares of what compare, race and linux count do, and puts them together. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../core/input-error.ts';
import { claims } from '../reports/claims/index.ts';
import { nameOf, readReference } from '../reports/reference.ts';
import { reportOf } from '../reports/report.ts';
import { type Measured, RESULT_SCHEMA, type RestartTable, type Result } from '../reports/result.ts';
import { inOrder, readShard, SHARD_SCHEMA, type Shard, type ShardOf } from '../reports/shard.ts';
import { renderText } from '../reports/text.ts';
import { jsonOf, writeAtomically } from '../reports/write.ts';
import { type Compared, measureShare } from './compare.ts';
import { type Common, DEFAULT_SEED, deliverReport, prepare } from './deliver.ts';
import { deliverRaces } from './deliver-races.ts';
import { originOf } from './lanes.ts';
import { type CountOptions, chosen, counted, deliverCosts } from './linux-costs.ts';
import { present } from './measure.ts';
import { interleaved, type Share } from './share.ts';
import { print, say, stopIfInterrupted } from './terminal.ts';

type Key = Shard['key'];

/** What all of a run have in common, whatever it is of. */
export async function keyOf(parts: Key): Promise<Key> {
  const { version, commit } = await originOf(DEFAULT_SEED);
  return { version, commit, ...parts };
}

/** For a key. */
export const digestOf = (data: unknown): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);

/** A share, and the directory that its shard goes into. */
export interface AskedShard {
  readonly share: Share;
  readonly directory: string;
}

/** Null where the whole is asked for. @throws InputError where there is no place for it */
export function shardAsked({
  shard,
  out,
}: {
  readonly shard?: Share;
  readonly out?: string;
}): AskedShard | null {
  if (shard === undefined) return null;
  if (out !== undefined) return { share: shard, directory: out };
  throw new InputError('--shard', 'a shard is a file', 'say where it goes: --out DIR');
}

type Headless<Of> = Of extends Shard ? Omit<Of, 'schema' | 'shard' | 'of'> : never;

export async function writeShard(
  { share: { index, of }, directory }: AskedShard,
  content: Headless<Shard>,
): Promise<void> {
  stopIfInterrupted();
  const shard: Shard = { schema: SHARD_SCHEMA, shard: index + 1, of, ...content };
  const path = join(directory, `${shard.command}-${shard.shard}-of-${of}.shard.json`);
  await writeAtomically(path, jsonOf(shard));
  say(`${path} is written`);
}

export async function compareShard(comparison: Compared, asked: AskedShard): Promise<void> {
  const { strategies, scenarios, captures, seed } = comparison;
  const key = await keyOf({
    seed,
    strategies: strategies.map(({ name }) => name).join(' '),
    scenarios: scenarios.map(({ name }) => name).join(' '),
    captures: captures.map(({ name, capture }) => `${name} ${digestOf(capture)}`).join(', '),
  });
  const measured = await measureShare(comparison, asked.share);
  await writeShard(asked, { command: 'compare', key, ...measured, races: [...measured.races] });
}

export async function countShard(
  { kernel }: Pick<CountOptions, 'kernel'>,
  asked: AskedShard,
): Promise<void> {
  const specimens = chosen(kernel);
  const { costs } = await counted(specimens, asked.share);
  const key = await keyOf({
    kernels: specimens.map(nameOf).join(', '),
    ...{ compiler: costs.compiler, ...costs.instrument },
  });
  await writeShard(asked, { command: 'count', key, costs });
}

export async function merge(
  paths: readonly string[],
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  await prepare(options);
  const files = (await Promise.all(paths.map(shardsIn))).flat();
  const given = [];
  for (const path of files) given.push({ path, shard: await readShard(path) });
  const shards = inOrder(given);
  switch (shards[0].command) {
    case 'race':
      return mergeRace(only(shards, 'race'), options);
    case 'compare':
      return mergeCompare(only(shards, 'compare'), options);
    case 'count':
      return mergeCounts(only(shards, 'count'), options);
  }
}

/** A file, or those of a directory. */
async function shardsIn(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(path, `can't be read (${error.code})`, 'name shards that are there');
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => name.endsWith('.shard.json'))
    .sort()
    .map((name) => join(path, name));
}

const only = <Command extends Shard['command']>(
  shards: readonly Shard[],
  command: Command,
): ShardOf<Command>[] =>
  shards.filter((shard): shard is ShardOf<Command> => shard.command === command);

async function mergeRace(
  shards: readonly ShardOf<'race'>[],
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  const rows = present(interleaved(shards.map(({ races }) => races)));
  const isNarrowed = shards.some((shard) => shard.isNarrowed);
  await deliverRaces(rows, isNarrowed, options);
}

async function mergeCounts(
  shards: readonly ShardOf<'count'>[],
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  const [first] = shards;
  if (first === undefined) throw new InputError('merge', 'there are no counts', 'run them again');
  const kernels = interleaved(shards.map(({ costs }) => costs.kernels));
  const reason = 'merged from shards, which may be of many machines';
  await deliverCosts({ ...first.costs, kernels }, { kind: 'not run', reason }, options);
}

async function mergeCompare(
  shards: readonly ShardOf<'compare'>[],
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  const rest = shards.find((shard) => shard.rest !== null)?.rest;
  if (rest === undefined || rest === null) {
    throw new InputError('shard 1', 'it has not what the first shard has', 'run it again');
  }
  const of = <T>(part: (shard: ShardOf<'compare'>) => readonly T[]): T[] =>
    interleaved(shards.map(part));
  const outside = of(({ outside }) => outside ?? []);
  const measured: Measured = {
    ...rest,
    races: present(of(({ races }) => races)),
    mutants: of(({ mutants }) => mutants),
    explorers: of(({ explorers }) => explorers),
    restartSizes: of(({ restartSizes }) => restartSizes),
    restarts: restartsOf(shards.map(({ restarts }) => restarts)),
    costs: await readReference(),
    ...(outside.length === 0 ? {} : { outside }),
  };
  const [first] = shards;
  const result: Result = {
    schema: RESULT_SCHEMA,
    ...measured,
    claims: claims(measured),
    ...HOST,
    timed: { calls: [], restarts: [] },
    provenance: provenanceOf(first?.key ?? {}),
  };
  if (options.json !== true) print(renderText(reportOf(result)));
  await deliverReport(result, options);
}

/** Tables have the same heads in all shards, and their share of the rows. */
function restartsOf(shards: readonly (readonly RestartTable[])[]): RestartTable[] {
  const [first = []] = shards;
  return first.map((table, nth) => ({
    ...table,
    rows: interleaved(shards.map((tables) => tables[nth]?.rows ?? [])),
  }));
}

const notRun = {
  kind: 'not run',
  reason: 'merged from shards, which may be of many machines: see sideband linux host',
} as const;
const HOST = { conformance: notRun, observed: notRun, times: notRun, realRestores: notRun };

/** Of no machine in particular: what is exact is the same on any. */
function provenanceOf(key: Key): Result['provenance'] {
  const any = 'any: merged from shards';
  return {
    version: String(key.version),
    commit: String(key.commit),
    ...{ node: any, cpu: any, kernel: any, virtualisation: any, mitigations: any },
    seed: Number(key.seed),
    commandLine: 'sideband compare --shard, and sideband merge',
    started: any,
  };
}
