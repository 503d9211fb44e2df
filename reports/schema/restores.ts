// SPDX-License-Identifier: MIT
/** Captures restored on the kernel below, as the result has them. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ns = v.pipe(v.number(), v.minValue(0));

const End = v.variant('kind', [
  /** Every one of so many fields is as it was captured. */
  v.strictObject({ kind: v.literal('restored'), fields: count }),
  v.strictObject({
    kind: v.literal('different'),
    difference: v.strictObject({ place: v.string(), captured: v.string(), restored: v.string() }),
  }),
  v.strictObject({ kind: v.picklist(['refused', 'not run']), reason: v.string() }),
]);

const Row = v.strictObject({
  way: v.string(),
  /** Threads of each task that forked its children at once. */
  workers: count,
  directed: count,
  end: End,
  times: v.nullable(
    v.strictObject({
      runs: count,
      /** From before the first fork to when all had arrived, in nanoseconds. */
      whole: v.strictObject({ median: ns, min: ns, max: ns }),
      /** From before the first fork to when all had got there, the median. */
      stages: v.array(v.strictObject({ name: v.string(), ns })),
      /** Until all of it was gone again, the median. */
      goneNs: ns,
    }),
  ),
});

const Restore = v.strictObject({
  capture: v.string(),
  source: v.string(),
  tasks: count,
  threads: count,
  objects: count,
  /** Fields of state that no call of mainline sets. */
  left: count,
  rows: v.array(Row),
});

/** CRIU itself, with a tree that is among the restores too. */
const Criu = v.variant('kind', [
  v.strictObject({ kind: v.literal('not run'), reason: v.string() }),
  v.strictObject({
    kind: v.literal('run'),
    version: v.string(),
    /** Name of the capture. */
    capture: v.string(),
    end: End,
    /** Wall time of each whole command, in nanoseconds. */
    ns: v.array(ns),
  }),
]);

export const RealRestores = v.variant('kind', [
  v.strictObject({ kind: v.literal('not run'), reason: v.string() }),
  v.strictObject({
    kind: v.literal('run'),
    restores: v.array(Restore),
    criu: Criu,
    /** Two threads that use next_id at once, without a lock: the control. */
    nextId: v.strictObject({ runs: count, failed: count, first: v.nullable(v.string()) }),
  }),
]);

export type RealRestores = v.InferOutput<typeof RealRestores>;
