// SPDX-License-Identifier: MIT
/** The exact figures of a lane, and the key under which they are comparable. */
import * as v from 'valibot';
import { figuresIn, nameOf, numbersIn } from '../reference.ts';
import type { Compared as HostRun, Result } from '../result.ts';
import type { CostsResult } from '../schema/costs.ts';
import { type Exact, type Figures, modelFigures, type Row } from './figures.ts';

export const LANES = ['model', 'host', 'guest'] as const;
export type Lane = (typeof LANES)[number];

const Value = v.union([v.number(), v.string()]);

/** Everything of a figure that is not this project's own: where that is another, nothing follows. */
const Key = v.record(v.string(), Value);

export const LaneSchema = v.strictObject({
  key: Key,
  figures: v.record(v.string(), v.record(v.string(), Value)),
});

export type LaneFigures = v.InferOutput<typeof LaneSchema>;

/** A lane's figures, or why there are none. */
export type Ran =
  | ({ readonly kind: 'ran' } & LaneFigures)
  | { readonly kind: 'not run'; readonly why: string };

const ran = (key: LaneFigures['key'], figures: Figures): Ran => ({
  kind: 'ran',
  key,
  figures: figures as LaneFigures['figures'],
});

export const modelLane = (exact: Exact, seed: number): Ran => ran({ seed }, modelFigures(exact));

/** Whether the model agrees with the kernel below; what that kernel costs is reported, and no gate's. */
export function hostLane(
  {
    conformance,
    observed,
    realRestores,
  }: Pick<Result, 'conformance' | 'observed' | 'realRestores'>,
  kernel: string,
): Ran {
  for (const part of [conformance, observed, realRestores]) {
    if (part.kind === 'not run') return { kind: 'not run', why: part.reason };
  }
  if (conformance.kind === 'not run' || observed.kind === 'not run') {
    throw new Error('a part that was not run was taken for one that was');
  }
  const rows: [string, Row][] = [
    ['the model and Linux, call by call', callFigures(conformance)],
    ...conformance.schedules.map(({ scenario, strategy, replayed, mismatches }): [string, Row] => [
      `orders of ${scenario} by ${strategy}`,
      { replayed, mismatches },
    ]),
    ...observed.rows.map(({ scenario, strategy, allowed, outside }): [string, Row] => [
      `free runs of ${scenario} by ${strategy}`,
      { allowed, outside },
    ]),
    ...(realRestores.kind === 'run' ? realRestores.restores : []).flatMap(({ capture, rows }) =>
      rows.map(({ way, workers, end }): [string, Row] => [
        `real restore of ${capture} by ${way}, ${workers} at once`,
        { end: end.kind },
      ]),
    ),
  ];
  return ran({ kernel, seed: conformance.seed }, Object.fromEntries(rows));
}

const callFigures = ({ scripts, calls, mismatch }: HostRun): Row => ({
  scripts,
  calls,
  mismatch: mismatch === null ? 'none' : 'found',
});

/** Patches, agent and configuration are this project's own, and no part of the key. */
export function guestLane({ kernels, compiler, instrument, patches }: CostsResult): Ran {
  const linux = [...new Set(kernels.map((kernel) => kernel.linux))].join(', ');
  const rows = kernels.map((kernel): [string, Row] => [
    `kernel ${nameOf(kernel)}`,
    Object.fromEntries(figuresIn(kernel)),
  ]);
  return ran(
    { linux, compiler, qemu: instrument.qemu },
    Object.fromEntries([...rows, ['patches', Object.fromEntries(numbersIn(patches))]]),
  );
}
