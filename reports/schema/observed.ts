// SPDX-License-Identifier: MIT
/** Scenarios that real threads ran freely on the kernel below, and what the explorer allows. */
import * as v from 'valibot';
import { MODES } from '../../linux/race/wire.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const bigCount = v.pipe(v.string(), v.regex(/^\d+$/));

export const ObservedSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('run'),
    /** Of the moments for which threads are held up. */
    seed: count,
    /** CPUs that threads could be kept apart on. */
    cpus: count,
    rows: v.array(
      v.strictObject({
        scenario: v.string(),
        strategy: v.string(),
        /** Ways to end, by all that each thread's calls return: those of the model, and those seen. */
        allowed: count,
        seen: count,
        byMode: v.array(v.strictObject({ mode: v.picklist(MODES), runs: count, failing: count })),
        /** Runs that ended as the model does not allow, and what the calls of the first returned. */
        outside: count,
        firstOutside: v.nullable(v.array(v.string())),
        /** Of the model. */
        interleavings: bigCount,
        failing: bigCount,
      }),
    ),
    leftOut: v.array(
      v.strictObject({ scenario: v.string(), strategy: v.string(), reason: v.string() }),
    ),
  }),
  v.strictObject({ kind: v.literal('not run'), reason: v.string() }),
]);

export type ObservedResult = v.InferOutput<typeof ObservedSchema>;
export type ObservedRun = Extract<ObservedResult, { kind: 'run' }>;
