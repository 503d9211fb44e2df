// SPDX-License-Identifier: MIT
/**
 * What a version of Sideband says to who compares it with another: it names its rows, and then takes
 * a turn at one of them for each line that it is sent. Both versions bring their own of this, so that
 * a row is always of the code that stands beside it; PROTOCOL says whether they understand each other.
 */
import { createInterface } from 'node:readline';
import * as v from 'valibot';

export const PROTOCOL = 1;

const RowSchema = v.object({ name: v.string(), does: v.string() });

export const HelloSchema = v.object({ protocol: v.number(), rows: v.array(RowSchema) });

/** Of one turn. */
export const TurnSchema = v.object({
  /** Of one operation. */
  ns: v.pipe(v.number(), v.gtValue(0)),
  /** What it did, counted: versions that do unequal work are not compared. */
  work: v.string(),
});

export const AskSchema = v.object({
  row: v.string(),
  /** Operations of a hundred that are made besides, and not counted: a slowdown that is known. */
  more: v.number(),
  /** Bytes of environment of the process that is timed, if it is made for this turn. */
  environment: v.number(),
});

export type Row = v.InferOutput<typeof RowSchema>;
export type Hello = v.InferOutput<typeof HelloSchema>;
export type Turn = v.InferOutput<typeof TurnSchema>;
export type Ask = v.InferOutput<typeof AskSchema>;

/** Serves turns until nobody asks any more. */
export async function serveTurns(
  rows: readonly Row[],
  take: (ask: Ask) => Turn | Promise<Turn>,
): Promise<void> {
  const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
  say({ protocol: PROTOCOL, rows });
  for await (const line of createInterface({ input: process.stdin })) {
    say(await take(v.parse(AskSchema, JSON.parse(line))));
  }
}
