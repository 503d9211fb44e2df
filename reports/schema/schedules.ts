// SPDX-License-Identifier: MIT
/** Orders of the calls of scenarios that were made on a real kernel. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const ScheduleRows = v.array(
  v.strictObject({
    scenario: v.string(),
    strategy: v.string(),
    /** Of the model's steps, a decimal; null where they were not counted to the end. */
    interleavings: v.nullable(v.pipe(v.string(), v.regex(/^\d+$/))),
    replayed: count,
    isAll: v.boolean(),
    mismatches: count,
    /** Both answers to the first of these; null if there is none. */
    firstMismatch: v.nullable(v.array(v.string())),
    /** Of those without a mismatch. */
    failing: count,
  }),
);
