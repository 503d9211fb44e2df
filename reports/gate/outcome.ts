// SPDX-License-Identifier: MIT
/**
 * What a gate found, as the published gate.schema.json has it, and what it comes to: the worst of all
 * its parts. Nothing that was not judged is a pass.
 */
import * as v from 'valibot';
import type { TimedSection } from '../../bench/gate/against.ts';
import { SECTIONS } from '../../bench/gate/sections.ts';
import type { Judged } from './judge.ts';
import { LANES } from './lanes.ts';

export const GATE_SCHEMA = 'sideband-gate/2';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Value = v.union([v.number(), v.string()]);

const named = { row: v.string(), figure: v.string(), meaning: v.string() };
const FindingSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('changed'), ...named, was: Value, is: Value }),
  v.strictObject({ kind: v.literal('added'), ...named, is: Value }),
  v.strictObject({ kind: v.literal('removed'), ...named, was: Value }),
]);

const lane = v.picklist(LANES);
const findings = v.array(FindingSchema);
const JudgedSchema = v.variant('kind', [
  v.strictObject({ lane, kind: v.literal('equal'), figures: count }),
  v.strictObject({ lane, kind: v.literal('differs'), figures: count, findings }),
  v.strictObject({ lane, kind: v.literal('not comparable'), why: v.string(), findings }),
  v.strictObject({ lane, kind: v.literal('not run'), why: v.string() }),
]);

const TimedRowSchema = v.strictObject({
  name: v.string(),
  does: v.string(),
  verdict: v.picklist(['slower', 'faster', 'same', 'noisy']),
  /** Candidate by base, as logarithms, with the ends of the interval; null where it has none. */
  ratio: v.nullable(v.strictObject({ estimate: v.number(), low: v.number(), high: v.number() })),
  blocks: count,
  /** Nanoseconds of one operation of the base, or in a guest ticks of its TSC, for scale. */
  ns: v.number(),
});

const section = v.picklist(SECTIONS);
const names = v.array(v.string());
const TimedSchema = v.variant('kind', [
  v.strictObject({
    section,
    kind: v.literal('judged'),
    rows: v.array(TimedRowSchema),
    control: TimedRowSchema,
    added: names,
    removed: names,
    unequal: names,
  }),
  v.strictObject({ section, kind: v.literal('void'), control: TimedRowSchema }),
  v.strictObject({ section, kind: v.literal('left out'), why: v.string() }),
  v.strictObject({ section, kind: v.literal('not run'), why: v.string() }),
]);

export const OUTCOMES = ['fine', 'regression', 'noisy', 'incomplete'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const GateSchema = v.pipe(
  v.strictObject({
    schema: v.literal(GATE_SCHEMA),
    outcome: v.picklist(OUTCOMES),
    /** As sideband ends with it. */
    exitCode: count,
    /** Null where only times were compared. */
    baseline: v.nullable(v.string()),
    lanes: v.array(JudgedSchema),
    /** What times were compared with; null where they were not. */
    against: v.nullable(v.string()),
    timed: v.array(TimedSchema),
    /** Of Sideband, the commit, and the seed of all random choices. */
    version: v.string(),
    commit: v.string(),
    seed: count,
  }),
  v.title('Sideband gate'),
  v.description('What sideband gate found; two runs differ in timed alone.'),
);

export type Gate = v.InferOutput<typeof GateSchema>;
export type JudgedLane = Gate['lanes'][number];
export type TimedResult = Gate['timed'][number];
export type TimedRowResult = Extract<TimedResult, { kind: 'judged' }>['rows'][number];
export type FindingResult = v.InferOutput<typeof FindingSchema>;

/** Of all parts: a regression is known whatever else is not. */
export function outcomeOf(lanes: readonly Judged[], timed: readonly TimedSection[]): Outcome {
  const all = [...lanes.map(ofLane), ...timed.filter(isPlayed).map(ofTimed)];
  const worst = (['regression', 'incomplete', 'noisy'] as const).find((one) => all.includes(one));
  return worst ?? (all.length === 0 ? 'incomplete' : 'fine');
}

/** A figure that was never judged before, or is not there any more, is not judged now. */
function ofLane(judged: Judged): Outcome {
  switch (judged.kind) {
    case 'equal':
      return 'fine';
    case 'differs':
      return judged.findings.some(({ kind }) => kind === 'changed') ? 'regression' : 'incomplete';
    case 'not comparable':
    case 'not run':
      return 'incomplete';
  }
}

type PlayedSection = Exclude<TimedSection, { kind: 'left out' }>;

/** What is not meant to be run here says nothing either way. */
const isPlayed = (timed: TimedSection): timed is PlayedSection => timed.kind !== 'left out';

function ofTimed(timed: PlayedSection): Outcome {
  switch (timed.kind) {
    case 'judged': {
      const { rows, control, added, removed, unequal } = timed;
      if (rows.some(({ verdict }) => verdict === 'slower')) return 'regression';
      if ([...added, ...removed, ...unequal].length > 0) return 'incomplete';
      return [...rows, control].some(({ verdict }) => verdict === 'noisy') ? 'noisy' : 'fine';
    }
    case 'void':
      return 'noisy';
    case 'not run':
      return 'incomplete';
  }
}
