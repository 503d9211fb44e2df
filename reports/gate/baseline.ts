// SPDX-License-Identifier: MIT
/**
 * A baseline: the exact figures of a version, and why they came to be what they are. It is made to be
 * committed, and to be read as a diff: a line a figure, in an order that does not depend on the run.
 */
import * as v from 'valibot';
import { InputError } from '../../core/input-error.ts';
import { readJson } from '../read-json.ts';
import { type Judged, judgeLane } from './judge.ts';
import { LANES, type Lane, type LaneFigures, LaneSchema } from './lanes.ts';

export const BASELINE_SCHEMA = 'sideband-baseline/1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const BaselineSchema = v.pipe(
  v.strictObject({
    schema: v.literal(BASELINE_SCHEMA),
    lanes: v.partial(v.strictObject({ model: LaneSchema, host: LaneSchema, guest: LaneSchema })),
    /** Each time that figures were written over others, and once for the first. */
    accepted: v.pipe(
      v.array(
        v.strictObject({
          because: v.string(),
          /** Of Sideband, and the commit that the figures are of. */
          version: v.string(),
          commit: v.string(),
          changed: count,
          added: count,
          removed: count,
        }),
      ),
      v.minLength(1),
    ),
  }),
  v.title('Sideband baseline'),
  v.description('Exact figures that sideband gate holds others against, lane by lane, by key.'),
);

export type Baseline = v.InferOutput<typeof BaselineSchema>;

/** @throws InputError where there is none, or it is of another version or cut */
export const readBaseline = (path: string): Promise<Baseline> =>
  readJson(path, BaselineSchema, {
    what: 'baseline',
    version: BASELINE_SCHEMA,
    remedy: 'write one: sideband baseline write FILE',
  });

export const lanesOf = ({ lanes }: Baseline): Lane[] =>
  LANES.filter((lane) => lanes[lane] !== undefined);

export interface Origin {
  readonly version: string;
  readonly commit: string;
}

/** Figures in place of those of a baseline, or of none; and what that is to be remembered for. */
export interface Acceptance {
  readonly old: Baseline | null;
  readonly lanes: Partial<Record<Lane, LaneFigures>>;
  readonly because: string | null;
  readonly origin: Origin;
}

/**
 * Lanes that were not run stay as they are.
 * @returns null where nothing would change
 * @throws InputError where figures are to be written over others, and nobody says why
 */
export function accepted({ old, lanes, because, origin }: Acceptance): Baseline | null {
  const judged = (Object.entries(lanes) as [Lane, LaneFigures][]).map(([lane, now]) =>
    judgeLane(lane, old?.lanes[lane] ?? { key: now.key, figures: {} }, { kind: 'ran', ...now }),
  );
  const isSame = old !== null && judged.every(({ kind }) => kind === 'equal');
  if (isSame) return null;
  if (old !== null && because === null) {
    throw new InputError(
      'the baseline',
      `it has other figures (${judged.map(inShort).join('; ')})`,
      "say why these are right: --because 'REASON', or see them: sideband gate",
    );
  }
  const count = (which: 'changed' | 'added' | 'removed') =>
    judged.reduce((sum, one) => sum + ('findings' in one ? counted(one, which) : 0), 0);
  return {
    schema: BASELINE_SCHEMA,
    lanes: { ...old?.lanes, ...lanes },
    accepted: [
      ...(old?.accepted ?? []),
      {
        because: because ?? 'the first',
        ...origin,
        ...{ changed: count('changed'), added: count('added'), removed: count('removed') },
      },
    ],
  };
}

const counted = (
  { findings }: Extract<Judged, { kind: 'differs' | 'not comparable' }>,
  which: 'changed' | 'added' | 'removed',
): number => findings.filter(({ kind }) => kind === which).length;

function inShort(judged: Judged): string {
  if (judged.kind === 'equal') return `${judged.lane}: the same`;
  if (judged.kind === 'not run') return `${judged.lane}: not run`;
  if (judged.kind === 'not comparable') return `${judged.lane}: another key`;
  return `${judged.lane}: ${judged.findings.length} figures differ`;
}
