// SPDX-License-Identifier: MIT
/** Baselines: written, shown, checked. */
import { InputError } from '../core/input-error.ts';
import { left, right, type Section, table } from '../reports/document.ts';
import { accepted, type Baseline, lanesOf, readBaseline } from '../reports/gate/baseline.ts';
import { baselineAt, replaceBaseline } from '../reports/gate/keep.ts';
import type { Lane, LaneFigures } from '../reports/gate/lanes.ts';
import { renderSections } from '../reports/text.ts';
import { jsonOf } from '../reports/write.ts';
import { lanesOfResult, originOf, runLane } from './lanes.ts';
import { EXIT, print, say, stopIfInterrupted } from './terminal.ts';

interface WriteOptions {
  readonly lane: readonly Lane[];
  readonly because?: string;
  readonly from?: string;
  readonly seed: number;
}

export async function writeBaseline(path: string, options: WriteOptions): Promise<void> {
  const { because = null, from, seed } = options;
  // What is there comes first: a minute of measuring is lost otherwise.
  const before = await baselineAt(path);
  const chosen = options.lane.length > 0 ? options.lane : lanesBefore(before);
  const given = from === undefined ? null : await lanesOfResult(from);
  const lanes: Partial<Record<Lane, LaneFigures>> = {};
  for (const lane of chosen) {
    const ran = given === null ? await runLane(lane, seed) : given(lane);
    stopIfInterrupted();
    if (ran.kind === 'not run') {
      throw new InputError(`lane ${lane}`, ran.why, 'leave it out, or mend that');
    }
    lanes[lane] = { key: ran.key, figures: ran.figures };
  }
  const { version, commit } = await originOf(seed);
  const isWritten = await replaceBaseline(path, (old) =>
    accepted({ old, lanes, because, origin: { version, commit } }),
  );
  say(isWritten ? `${path} is written` : `${path} is as it was: its figures are these`);
}

const lanesBefore = (before: Baseline | null): readonly Lane[] =>
  before === null ? ['model'] : lanesOf(before);

export async function showBaseline(
  path: string,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const baseline = await readBaseline(path);
  print(json === true ? jsonOf(baseline) : renderSections(sectionsOf(path, baseline)));
}

function sectionsOf(path: string, baseline: Baseline): Section[] {
  const lanes = lanesOf(baseline).flatMap((lane) => {
    const figures = baseline.lanes[lane];
    if (figures === undefined) return [];
    const key = Object.entries(figures.key).map(([part, value]) => `${part} ${value}`);
    return [[lane, String(rowsIn(figures)), String(countIn(figures)), key.join('; ')]];
  });
  const accepted = baseline.accepted.map(({ because, version, commit, ...counts }) => [
    `${counts.changed}/${counts.added}/${counts.removed}`,
    `${because} (Sideband ${version}, ${commit})`,
  ]);
  return [
    {
      title: `BASELINE ${path}`,
      lane: null,
      blocks: [
        table([left('lane'), right('rows'), right('figures'), left('key')], lanes, 3),
        table([left('changed/added/removed'), left('because')], accepted, 1),
      ],
    },
  ];
}

const rowsIn = ({ figures }: LaneFigures): number => Object.keys(figures).length;
const countIn = ({ figures }: LaneFigures): number =>
  Object.values(figures).reduce((sum, row) => sum + Object.keys(row).length, 0);

/** Of keys, those that are known without a measurement: the seed, and the kernel below. */
export async function checkBaseline(
  path: string,
  { seed }: { readonly seed: number },
): Promise<void> {
  const baseline = await readBaseline(path);
  const { kernel } = await originOf(seed);
  const here: Readonly<Record<string, string | number>> = { seed, kernel };
  const others = lanesOf(baseline).flatMap((lane) =>
    Object.entries(baseline.lanes[lane]?.key ?? {})
      .filter(([part, value]) => part in here && here[part] !== value)
      .map(([part, value]) => `lane ${lane}: ${part} is ${here[part]} here, and there ${value}`),
  );
  const lanes = lanesOf(baseline).join(', ');
  print(
    others.length === 0
      ? `${path}: whole, and comparable here, as far as is known before counting (${lanes})`
      : `${path}: whole, and not comparable here: ${others.join('; ')}`,
  );
  process.exitCode = others.length === 0 ? EXIT.ok : EXIT.notComparable;
}
