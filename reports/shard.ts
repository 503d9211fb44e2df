// SPDX-License-Identifier: MIT
/**
 * A share of the work of a command, on file. All shares of a run put together are what the command
 * would have had by itself, to the last byte; so they must be all there, each once, and of one run.
 */
import * as v from 'valibot';
import { InputError } from '../core/input-error.ts';
import { readJson } from './read-json.ts';
import { PARTS, RaceRowSchema } from './result.ts';
import { CostsSchema } from './schema/costs.ts';

export const SHARD_SCHEMA = 'sideband-shard/1';

const number = v.pipe(v.number(), v.integer(), v.minValue(1));

const common = {
  schema: v.literal(SHARD_SCHEMA),
  shard: number,
  of: number,
  /** What the work follows from. Shards of another key are of another run. */
  key: v.record(v.string(), v.union([v.string(), v.number()])),
};

/** Null where a strategy has no part in a scenario. */
const races = v.array(v.nullable(RaceRowSchema));

export const ShardSchema = v.variant('command', [
  v.strictObject({
    command: v.literal('race'),
    ...common,
    races,
    /** Whether a scenario or strategy was named. */
    isNarrowed: v.boolean(),
  }),
  v.strictObject({
    command: v.literal('compare'),
    ...common,
    races,
    mutants: PARTS.mutants,
    explorers: PARTS.explorers,
    outside: PARTS.outside,
    restarts: PARTS.restarts,
    restartSizes: PARTS.restartSizes,
    /** The first shard's. */
    rest: v.nullable(
      v.strictObject({
        strategies: PARTS.strategies,
        ledger: PARTS.ledger,
        threads: PARTS.threads,
        calls: PARTS.calls,
        breakEvens: PARTS.breakEvens,
        idsOnly: PARTS.idsOnly,
        deadPids: PARTS.deadPids,
      }),
    ),
  }),
  v.strictObject({ command: v.literal('count'), ...common, costs: CostsSchema }),
]);

export type Shard = v.InferOutput<typeof ShardSchema>;
export type ShardOf<Command extends Shard['command']> = Extract<Shard, { command: Command }>;

/** @throws InputError where it can't be read, was cut, or is something else */
export const readShard = (path: string): Promise<Shard> =>
  readJson(path, ShardSchema, {
    what: 'shard',
    version: SHARD_SCHEMA,
    remedy: 'give what sideband compare, race or linux count wrote with --shard and --out',
  });

export interface Named {
  readonly path: string;
  readonly shard: Shard;
}

/**
 * All shards of one run, in order.
 * @throws InputError for one that is missing, there twice, or of another run
 */
export function inOrder(given: readonly Named[]): readonly [Shard, ...Shard[]] {
  const [first] = given;
  if (first === undefined) {
    throw new InputError(
      'merge',
      'there are no shards',
      'name their files, or a directory of them',
    );
  }
  for (const one of given) {
    const why = foreign(first.shard, one.shard);
    if (why === null) continue;
    throw new InputError(
      one.path,
      `it is of another run than ${first.path} (${why})`,
      'merge the shards of one run',
    );
  }
  const { of } = first.shard;
  const all = Array.from({ length: of }, (_, nth) => {
    const these = given.filter(({ shard }) => shard.shard === nth + 1);
    const [one, other] = these;
    if (one === undefined) {
      throw new InputError(`shard ${nth + 1}/${of}`, 'it is missing', 'run it, and merge again');
    }
    if (other !== undefined) {
      throw new InputError(
        other.path,
        `shard ${nth + 1}/${of} is there twice, as ${one.path} too`,
        'leave one of them out',
      );
    }
    return one.shard;
  });
  const [head = first.shard, ...tail] = all;
  return [head, ...tail];
}

function foreign(one: Shard, other: Shard): string | null {
  if (one.command !== other.command) return `of ${other.command} and not of ${one.command}`;
  if (one.of !== other.of) return `one of ${other.of} and not of ${one.of}`;
  const parts = [...new Set([...Object.keys(one.key), ...Object.keys(other.key)])];
  const differing = parts.filter((part) => one.key[part] !== other.key[part]);
  if (differing.length === 0) return null;
  return differing
    .map(
      (part) => `${part} is ${other.key[part] ?? 'unknown'} and not ${one.key[part] ?? 'unknown'}`,
    )
    .join('; ');
}
