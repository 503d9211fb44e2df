// SPDX-License-Identifier: MIT
/** What mainline's relatives of the designs cost on the kernel below. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const Figure = v.variant('kind', [
  /** With the ends of its confidence interval. */
  v.strictObject({
    kind: v.literal('measured'),
    estimate: v.number(),
    low: v.number(),
    high: v.number(),
  }),
  v.strictObject({ kind: v.literal('noisy') }),
]);

export const TimesSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('run'),
    seed: count,
    blocks: count,
    confidence: v.number(),
    subjects: v.array(
      v.strictObject({
        name: v.string(),
        does: v.string(),
        /** Of one operation: as a multiple of the null call, and in nanoseconds. */
        nullCalls: Figure,
        ns: Figure,
        /** The same measured against itself: half of the interval's width, as a share. */
        itself: v.nullable(v.strictObject({ halfWidth: v.number(), isSame: v.boolean() })),
        /** Nanoseconds of the loop without calls, which are subtracted. */
        emptyNs: v.number(),
      }),
    ),
    /** What `to` takes beyond `from`. */
    experiments: v.array(
      v.strictObject({
        name: v.string(),
        from: v.string(),
        to: v.string(),
        nullCalls: Figure,
        ns: Figure,
      }),
    ),
    leftOut: v.array(v.strictObject({ name: v.string(), reason: v.string() })),
    conditions: v.array(v.string()),
  }),
  v.strictObject({ kind: v.literal('not run'), reason: v.string() }),
]);

export type TimesResult = v.InferOutput<typeof TimesSchema>;
export type TimesRun = Extract<TimesResult, { kind: 'run' }>;
