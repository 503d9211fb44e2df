// SPDX-License-Identifier: MIT
/** How patched kernels behave, beside the model with the same designs. */
import * as v from 'valibot';
import { ObservedSchema } from './observed.ts';
import { ScheduleRows } from './schedules.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const GuestSchema = v.strictObject({
  /** As the kernel's own Makefile says it. */
  linux: v.string(),
  /** Of source, patches, configuration and compiler: another key is another kernel. */
  key: v.string(),
  /** Strategies that are built into it. */
  built: v.array(v.string()),
  /** Wall time from starting QEMU to the agent's first word, with one CPU. */
  bootMs: v.pipe(v.number(), v.minValue(0)),
  /** Generated programs of each design, on one CPU. */
  conformance: v.array(
    v.strictObject({
      design: v.string(),
      seed: count,
      scripts: count,
      calls: count,
      /** How the calls ended that the design adds, or that its files take. */
      ends: v.record(v.string(), count),
      mismatch: v.nullable(v.array(v.string())),
    }),
  ),
  /** Orders of the calls of scenarios, on one CPU. */
  schedules: ScheduleRows,
  /** What the designs do to the world around; null where not all of them are built in. */
  world: v.nullable(
    v.array(v.strictObject({ question: v.string(), design: v.string(), answer: v.string() })),
  ),
  /** Free runs on several CPUs. */
  observed: ObservedSchema,
});

export type GuestResult = v.InferOutput<typeof GuestSchema>;
