// SPDX-License-Identifier: MIT
/**
 * What a version of Sideband says to who compares it with another: it names its rows, and then takes
 * a turn at some of them for each line that it is sent. Both versions bring their own of this, so that
 * a row is always of the code that stands beside it; PROTOCOL says whether they understand each other.
 */
import { createInterface } from 'node:readline';
import * as v from 'valibot';

export const PROTOCOL = 2;

const RowSchema = v.object({ name: v.string(), does: v.string() });

export const HelloSchema = v.object({
  protocol: v.number(),
  rows: v.array(RowSchema),
  /** A digest of what is built for them, where versions that build the same are not compared. */
  builds: v.optional(v.string()),
});

/** Of one row in a turn. */
const TakenSchema = v.object({
  /** Of one operation: nanoseconds, or in a guest ticks of its TSC. */
  ns: v.pipe(v.number(), v.gtValue(0)),
  /** What it did, counted: versions that do unequal work are not compared. */
  work: v.string(),
});

/** In the order in which rows were asked for. */
export const TurnSchema = v.array(TakenSchema);

/** Who takes turns: the base again is what the base is held against itself by. */
export const PARTS = ['base', 'candidate', 'again'] as const;

const rows = v.array(v.string());
/** Percent that it takes longer, by operations or delays that are made and not counted: a slowdown that is known. */
const more = v.number();

/** Of one version: a turn, or a fresh start, which comes before those of a block and is answered by null. */
export const AskSchema = v.variant('kind', [
  v.object({
    kind: v.literal('turn'),
    ...{ rows, more },
    /** Bytes of environment of the process that is timed. */
    environment: v.number(),
  }),
  v.object({ kind: v.literal('fresh') }),
]);

/** Of a process of all parts, for a round of turns; `more` is the candidate's. */
export const RoundAskSchema = v.object({ rows, more, order: v.array(v.picklist(PARTS)) });
export const RoundSchema = v.object({ base: TurnSchema, candidate: TurnSchema, again: TurnSchema });

export type Part = (typeof PARTS)[number];
export type Row = v.InferOutput<typeof RowSchema>;
export type Hello = v.InferOutput<typeof HelloSchema>;
export type Taken = v.InferOutput<typeof TakenSchema>;
export type Turn = v.InferOutput<typeof TurnSchema>;
export type Ask = v.InferOutput<typeof AskSchema>;
export type RoundAsk = v.InferOutput<typeof RoundAskSchema>;
export type Round = v.InferOutput<typeof RoundSchema>;

/** Says hello, and answers until nobody asks any more. */
export async function serve<S extends v.GenericSchema>(
  hello: Hello,
  schema: S,
  answer: (ask: v.InferOutput<S>) => unknown,
): Promise<void> {
  const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
  say(hello);
  for await (const line of createInterface({ input: process.stdin })) {
    say(await answer(v.parse(schema, JSON.parse(line))));
  }
}
