// SPDX-License-Identifier: MIT
/** Instructions and sizes of patched kernels, as reports/reference/ keeps them. */
import * as v from 'valibot';
import { DESIGNS } from '../../core/kernel/strategy.ts';

export const COSTS_SCHEMA = 'sideband-costs/1';

const whole = v.pipe(v.number(), v.integer());
const count = v.pipe(whole, v.minValue(0));
const BUILT = ['none', ...DESIGNS, 'all'] as const;

/** Instructions of one operation, user's and kernel's; bench/guest/count.ts says what each is. */
const CountSchema = v.strictObject({
  cold: whole,
  least: whole,
  times: count,
  mode: whole,
  most: whole,
  calls: v.array(v.strictObject({ call: v.string(), count: whole })),
});

const SlabSchema = v.strictObject({ object: count, slab: count, objects: count });

const KernelSchema = v.strictObject({
  built: v.picklist(BUILT),
  config: v.picklist(['tiny', 'hardened']),
  series: v.picklist(['designs', 'next call', 'one instruction']),
  key: v.string(),
  image: v.string(),
  linux: v.string(),
  counts: v.strictObject({
    qemu64: v.optional(v.record(v.string(), CountSchema)),
    max: v.optional(v.record(v.string(), CountSchema)),
  }),
  again: v.record(v.string(), whole),
  restarts: v.array(
    v.strictObject({
      capture: v.string(),
      by: v.string(),
      tasks: count,
      directed: count,
      calls: count,
      instructions: count,
    }),
  ),
  sizes: v.strictObject({
    text: count,
    data: count,
    task: v.strictObject({
      size: count,
      members: count,
      holes: count,
      fields: v.record(v.string(), count),
    }),
  }),
  grown: v.record(v.string(), whole),
  slabs: v.strictObject({ qemu64: v.optional(SlabSchema), max: v.optional(SlabSchema) }),
});

const pair = v.tuple([count, count]);
const Lines = v.array(
  v.strictObject({
    name: v.string(),
    code: pair,
    tables: pair,
    other: pair,
    numbers: count,
    compat: count,
  }),
);
const ByDesign = v.strictObject({ with_id: Lines, procfs: Lines, setter: Lines, indirect: Lines });

export const CostsSchema = v.strictObject({
  schema: v.literal(COSTS_SCHEMA),
  compiler: v.string(),
  instrument: v.strictObject({ qemu: v.string(), init: v.string() }),
  kernels: v.array(KernelSchema),
  patches: v.strictObject({
    groundwork: Lines,
    own: ByDesign,
    nextCall: v.strictObject({ groundwork: Lines, own: ByDesign }),
  }),
});

export type CostsResult = v.InferOutput<typeof CostsSchema>;
export type KernelResult = CostsResult['kernels'][number];
