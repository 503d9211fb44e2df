// SPDX-License-Identifier: MIT
/** Hazards and virtues by designs. */
import { intervalOf } from '../../core/explore/sampling/interval.ts';
import { formatSize } from '../../properties/sizes/size.ts';
import { type Block, left, prose, type Section, table } from '../document.ts';
import { asked, fails, isOfBestForm, isUnsettled } from '../hazards.ts';
import type { RaceRow } from '../result.ts';
import { counterexampleSection, type Drawn, drawnRows, grownTo } from './counterexamples.ts';

/** S: what can go wrong, by design, and a section for each schedule that is drawn. */
export function raceSections(rows: readonly RaceRow[], drawn: Drawn): Section[] {
  return [
    overview(rows, labelsOf(rows, drawn)),
    questions(rows),
    ...drawnRows(rows, drawn).map((row, at) =>
      counterexampleSection(`S${at + 1}`, row, rows, drawn),
    ),
  ];
}

/** S1 and so on, where the failure of a row is drawn. */
export function labelsOf(rows: readonly RaceRow[], drawn: Drawn): Label {
  const failing = drawnRows(rows, drawn);
  const isDrawn = (row: RaceRow, other: RaceRow) =>
    drawn === 'all' ? other === row : isOfBestForm(row) && other.scenario === row.scenario;
  return (row) => {
    const at = failing.findIndex((other) => isDrawn(row, other));
    return at < 0 ? null : `S${at + 1}`;
  };
}

export const overview = (rows: readonly RaceRow[], label: Label): Section => ({
  title: 'S  WHAT CAN GO WRONG',
  lane: laneOf(rows),
  blocks: matrixBlocks(rows, label),
});

const isExhaustive = ({ verdict }: RaceRow): boolean => verdict.kind === 'EXHAUSTIVE';

function laneOf(rows: readonly RaceRow[]): string {
  const kinds = new Set(rows.map(({ verdict }) => verdict.kind));
  const others = (['BOUNDED', 'SAMPLED', 'INCOMPLETE'] as const).filter((kind) => kinds.has(kind));
  const marks = others.map((kind) => MARKS[kind]).join(' ');
  return `model, every interleaving${marks === '' ? '' : ` but for ${marks}`}`;
}

export type Label = (row: RaceRow) => string | null;

const GROUPS: readonly [string, (row: RaceRow) => boolean][] = [
  ['Best forms', isOfBestForm],
  ['As posted or named, and variations', (row) => row.kind === 'design' && !isOfBestForm(row)],
  ['Relatives', (row) => row.kind === 'relative'],
  ['Controls', (row) => row.kind === 'control'],
];

export interface RaceGroup {
  readonly title: string;
  readonly rows: readonly RaceRow[];
}

/** Those that are compared with each other. */
export const groupsOf = (rows: readonly RaceRow[]): RaceGroup[] =>
  GROUPS.flatMap(([title, isOf]) => {
    const of = rows.filter(isOf);
    return of.length === 0 ? [] : [{ title, rows: of }];
  });

function matrixBlocks(rows: readonly RaceRow[], label: Label): Block[] {
  return [
    ...legend(rows),
    ...groupsOf(rows).flatMap((group) => matrix(group.title, group.rows, label)),
    ...counts(rows),
  ];
}

/** Of what a sample says of all. */
const CONFIDENCE = 0.95;
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** What the marks in a cell mean. */
export function legend(rows: readonly RaceRow[]): Block[] {
  const sampled = rows.flatMap(({ verdict }) => (verdict.kind === 'SAMPLED' ? [verdict] : []));
  const [first] = sampled;
  const [bounded] = rows.flatMap(({ verdict }) => (verdict.kind === 'BOUNDED' ? [verdict] : []));
  const marks: [string, string][] = [
    ['R, G', 'a single-purpose restarter can meet it; only general use can'],
    ['ok', 'holds in every interleaving of the scenario'],
    ...sizes(rows),
    ['F, S1', 'fails in some; S1 and so on: drawn below'],
    ...(rows.some((row) => grownTo(row) !== null)
      ? [['F 3x1', 'fails at that size, and holds at those before it'] as [string, string]]
      : []),
    ['-', 'can not direct the call that is asked about, or unchanged code'],
    ...(first === undefined
      ? []
      : [
          [
            '~',
            `too many states, so SAMPLED: ${first.runs} schedules drawn by ${first.by} from seed ` +
              `${first.seed}; ~ok is that none of these failed, and says no more than that ` +
              `fewer than ${percent(intervalOf(0, first.runs, CONFIDENCE).high)} of all so drawn ` +
              `do, at ${percent(CONFIDENCE)} confidence`,
          ] as [string, string],
        ]),
    ...(bounded === undefined
      ? []
      : [
          [
            '<',
            `BOUNDED: interleavings with at most ${bounded.preemptions} preemptions, and no others; ` +
              '<ok is that none of these fails',
          ] as [string, string],
        ]),
    ...(rows.some(({ verdict }) => verdict.kind === 'INCOMPLETE')
      ? [['?', 'cut short before anything failed'] as [string, string]]
      : []),
  ];
  return [{ kind: 'points', points: marks }];
}

function sizes(rows: readonly RaceRow[]): [string, string][] {
  const [first] = rows.filter((row) => deeper(row) !== null);
  if (first === undefined) return [];
  return [
    [
      'ok 3x2',
      'so it does at larger sizes, up to 3 tasks, of which those that were added, or that can, ' +
        'make 2 calls each. From 2x1 a scenario grows to 2x2, 3x1, 2x3, 3x2, 4x1 and so on, as deep ' +
        `as ${first.maxStates} states a cell; shown is the last size that was explored to its end`,
    ],
  ];
}

/** Beside a scenario's name and context there is room for so many characters. */
const ROOM = 44;
const GAP = 2;

function matrix(title: string, rows: readonly RaceRow[], label: Label): Block[] {
  const strategies = [...new Set(rows.map((row) => row.strategy))];
  const isWide = strategies.reduce((sum, name) => sum + name.length + GAP, 0) > ROOM;
  const letter = (at: number) => String.fromCharCode(97 + at);
  const heads = strategies.map((name, at) => (isWide ? letter(at) : name));
  const names = strategies.map((name, at) => `${letter(at)} ${name}`).join(', ');
  const body = (kind: RaceRow['scenarioKind']) => lines(rows, kind, strategies, label);
  const virtues = body('virtue');
  return [
    prose(isWide ? `${title}: ${names}.` : `${title}:`),
    table(
      [left('hazard, to be survived'), left('in'), ...heads.map(left)],
      [
        ...body('hazard'),
        ...(virtues.length === 0 ? [] : [['virtue, to be had', '', ...heads.map(() => '')]]),
        ...virtues,
      ],
      0,
    ),
  ];
}

function lines(
  rows: readonly RaceRow[],
  kind: RaceRow['scenarioKind'],
  strategies: readonly string[],
  label: Label,
): string[][] {
  const of = rows.filter((row) => row.scenarioKind === kind);
  const scenarios = [...new Set(of.map((row) => row.scenario))];
  const line = (scenario: string): string[] => {
    const ofScenario = of.filter((row) => row.scenario === scenario);
    const cells = strategies.map((strategy) => {
      const row = ofScenario.find((each) => each.strategy === strategy);
      return row === undefined ? '-' : inShort(row, label);
    });
    return [scenario, ofScenario[0]?.context === 'restarter' ? 'R' : 'G', ...cells];
  };
  const failed = strategies.map((strategy) => {
    const all = asked(rows, strategy, kind);
    return all.asked === 0 ? '-' : String(all.failed.length);
  });
  return scenarios.length === 0 ? [] : [...scenarios.map(line), ['fails', '', ...failed]];
}

const MARKS: Readonly<Record<RaceRow['verdict']['kind'], string>> = {
  EXHAUSTIVE: '',
  BOUNDED: '<',
  SAMPLED: '~',
  INCOMPLETE: '?',
};

/** A cell: the verdict of a row. */
export function inShort(row: RaceRow, label: Label): string {
  const mark = MARKS[row.verdict.kind];
  const grown = grownTo(row) ?? deeper(row);
  const size = grown === null ? '' : ` ${formatSize(grown)}`;
  if (fails(row))
    return `${row.verdict.kind === 'INCOMPLETE' ? '' : mark}${label(row) ?? 'F'}${size}`;
  return row.verdict.kind === 'INCOMPLETE' ? mark : `${mark}ok${size}`;
}

/** What holds at a larger size than its smallest. */
const deeper = ({ size, deepest }: RaceRow): RaceRow['deepest'] =>
  deepest !== null && formatSize(deepest) !== formatSize(size) ? deepest : null;

/** How much was looked at, and what was not. */
export function counts(rows: readonly RaceRow[]): Block[] {
  const exhaustive = rows.filter(isExhaustive);
  const all = exhaustive.reduce((sum, { interleavings }) => sum + BigInt(interleavings ?? 0), 0n);
  const states = exhaustive.reduce((sum, row) => sum + row.states, 0);
  const listed = (kind: 'BOUNDED' | 'SAMPLED'): string => {
    const of = rows.filter(({ verdict }) => verdict.kind === kind);
    const by = of.map(({ scenario, strategy }) => `${scenario} by ${strategy}`);
    return of.length === 0 ? '' : ` ${kind}: ${by.join(', ')}.`;
  };
  return [
    prose(
      `${exhaustive.length} of ${rows.length} verdicts are EXHAUSTIVE: ${all} interleavings in ` +
        `${states} states.${listed('BOUNDED')}${listed('SAMPLED')}`,
    ),
    ...depth(rows),
    ...certificates(exhaustive),
    ...rows
      .filter((row) => isUnsettled(row) && row.verdict.kind === 'INCOMPLETE')
      .map(({ scenario, strategy, verdict }) => incomplete(scenario, strategy, verdict)),
  ];
}

/** What larger sizes add. */
function depth(rows: readonly RaceRow[]): Block[] {
  const grown = rows.flatMap((row) => deeper(row) ?? []);
  if (grown.length === 0) return [];
  const all = grown.reduce((sum, { interleavings }) => sum + BigInt(interleavings), 0n);
  const sum = (of: 'states' | 'ends') => grown.reduce((total, one) => total + one[of], 0);
  const twice = grown.filter(({ certificate }) => certificate !== null).length;
  return [
    prose(
      `${grown.length} of these hold at a larger size too: at the deepest of each, ${all} ` +
        `interleavings in ${sum('states')} states, which come to ${sum('ends')} ends that differ. ` +
        `In ${twice} of them, whose traces are few enough, they were counted a second way.`,
    ),
  ];
}

/** That nothing was passed over, for whoever would rather count again. */
function certificates(rows: readonly RaceRow[]): Block[] {
  const certified = rows.flatMap(({ certificate }) => (certificate === null ? [] : [certificate]));
  if (certified.length === 0) return [];
  const sum = (of: 'traces' | 'blocked') => certified.reduce((all, one) => all + one[of], 0);
  const inClosedForm = certified.filter(({ ways }) => ways > 2).length;
  const share = (100 * sum('blocked')) / (sum('traces') + sum('blocked'));
  return [
    prose(
      `Certificate: in ${certified.length} of these the interleavings were counted in two ways ` +
        `that share nothing but the steps, and came to the same: as paths through the state graph, ` +
        `and as the linear extensions of all Mazurkiewicz traces, of which there are ` +
        `${sum('traces')}; in ${inClosedForm} also as a multinomial coefficient. Of all executions ` +
        `that were led towards a trace, ${share.toFixed(1)} % were given up as part of another.`,
    ),
  ];
}

function incomplete(scenario: string, strategy: string, verdict: RaceRow['verdict']): Block {
  const why = verdict.kind === 'INCOMPLETE' ? `${verdict.reason}; ${verdict.seen} states seen` : '';
  return prose(`${scenario} by ${strategy}: INCOMPLETE, ${why}.`);
}

/** S0. */
export function questions(rows: readonly RaceRow[]): Section {
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  const asking = scenarios.flatMap((name) => rows.find((row) => row.scenario === name) ?? []);
  return {
    title: 'S0  WHAT EACH SCENARIO ASKS',
    lane: null,
    blocks: [
      {
        kind: 'points',
        points: asking.map(({ scenario, question }) => [scenario, question] as const),
      },
    ],
  };
}
