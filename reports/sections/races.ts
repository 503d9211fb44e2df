// SPDX-License-Identifier: MIT
/** Hazards and virtues by designs, and the schedules that fail, drawn. */
import { isBestForm } from '../../core/kernel/strategy.ts';
import { type Block, left, prose, type Section, table } from '../document.ts';
import type { Drawing, RaceRow } from '../result.ts';

const LANE = 'model, every interleaving';

/** Whose failing schedules are drawn: those of the best forms, or all. */
export type Drawn = 'best forms' | 'all';

/** S: what can go wrong, by design, and a section for each schedule that is drawn. */
export function raceSections(rows: readonly RaceRow[], drawn: Drawn): Section[] {
  const failing = drawnRows(rows, drawn);
  const label = (row: RaceRow): string | null => {
    const at = failing.findIndex(
      (other) => other.scenario === row.scenario && (drawn === 'best forms' || other === row),
    );
    return at < 0 ? null : `S${at + 1}`;
  };
  return [
    ...matrixSections(rows, label),
    ...failing.map((row, at) => counterexampleSection(`S${at + 1}`, row, rows, drawn)),
  ];
}

const isOfBestForm = ({ strategy: name, of, kind, form }: RaceRow): boolean =>
  isBestForm({ name, of, kind, form });

/** Of the best forms the first that fails a scenario stands for all. */
function drawnRows(rows: readonly RaceRow[], drawn: Drawn): RaceRow[] {
  const failing = rows.filter((row) => row.counterexample !== null);
  if (drawn === 'all') return failing;
  const best = failing.filter(isOfBestForm);
  return best.filter((row, at) => best.findIndex((o) => o.scenario === row.scenario) === at);
}

type Label = (row: RaceRow) => string | null;

const GROUPS: readonly [string, (row: RaceRow) => boolean][] = [
  ['best forms', isOfBestForm],
  ['as posted or named, and variations', (row) => row.kind === 'design' && !isOfBestForm(row)],
  ['relatives', (row) => row.kind === 'relative'],
  ['controls', (row) => row.kind === 'control'],
];

/** Beside a scenario's name and context there is room for so many characters. */
const ROOM = 32;
const GAP = 2;

function matrixSections(rows: readonly RaceRow[], label: Label): Section[] {
  const blocks = GROUPS.flatMap(([title, isOf]) => {
    const of = rows.filter(isOf);
    return of.length === 0 ? [] : [prose(`${title}:`), ...matrix(of, label)];
  });
  return [
    {
      title: 'S  WHAT CAN GO WRONG',
      lane: LANE,
      blocks: [...blocks, ...legend(rows)],
    },
    questions(rows),
  ];
}

function matrix(rows: readonly RaceRow[], label: Label): Block[] {
  const strategies = [...new Set(rows.map((row) => row.strategy))];
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  const isWide = strategies.reduce((sum, name) => sum + name.length + GAP, 0) > ROOM;
  const letter = (at: number) => String.fromCharCode(97 + at);
  const heads = strategies.map((name, at) => (isWide ? letter(at) : name));
  const cell = (scenario: string, strategy: string) => {
    const row = rows.find((each) => each.scenario === scenario && each.strategy === strategy);
    return row === undefined ? '-' : inShort(row, label, isWide);
  };
  return [
    ...(isWide ? [prose(strategies.map((name, at) => `${letter(at)} ${name}`).join(', '))] : []),
    table(
      [left('scenario'), left('in'), ...heads.map(left)],
      scenarios.map((scenario) => [
        scenario,
        context(rows.find((row) => row.scenario === scenario)),
        ...strategies.map((strategy) => cell(scenario, strategy)),
      ]),
      0,
    ),
  ];
}

const context = (row: RaceRow | undefined): string => (row?.context === 'restarter' ? 'R' : 'G');

function inShort(row: RaceRow, label: Label, isWide: boolean): string {
  const fails = isWide ? 'F' : 'FAIL';
  if (row.counterexample !== null) return (isWide ? null : label(row)) ?? fails;
  if (row.verdict.kind === 'INCOMPLETE') return '?';
  return row.verdict.kind === 'SAMPLED' ? '~ok' : 'ok';
}

function legend(rows: readonly RaceRow[]): Block[] {
  const exhaustive = rows.filter(({ verdict }) => verdict.kind === 'EXHAUSTIVE');
  const all = exhaustive.reduce((sum, { interleavings }) => sum + BigInt(interleavings ?? 0), 0n);
  const states = exhaustive.reduce((sum, row) => sum + row.states, 0);
  const sampled = rows.flatMap(({ verdict }) => (verdict.kind === 'SAMPLED' ? [verdict] : []));
  const [first] = sampled;
  return [
    prose(
      'In: R, a single-purpose restarter can meet it; G, only general use. ok: holds in every ' +
        'interleaving. FAIL, F or the number of a schedule below: in some it does not. -: can not ' +
        'direct what is asked for.' +
        (first === undefined
          ? ''
          : ` ~ok: too large, SAMPLED, ${first.runs} schedules drawn from seed ${first.seed}.`),
    ),
    prose(
      `${exhaustive.length} of ${rows.length} verdicts are EXHAUSTIVE: ${all} interleavings in ` +
        `${states} states. ${sampled.length} are SAMPLED.`,
    ),
    ...rows.flatMap(({ scenario, strategy, verdict }) =>
      verdict.kind === 'INCOMPLETE'
        ? [
            prose(
              `${scenario}, ${strategy}: INCOMPLETE, ${verdict.reason}; ${verdict.seen} states seen.`,
            ),
          ]
        : [],
    ),
  ];
}

function questions(rows: readonly RaceRow[]): Section {
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  const asked = scenarios.flatMap((name) => rows.find((row) => row.scenario === name) ?? []);
  return {
    title: 'S0  WHAT EACH SCENARIO ASKS',
    lane: null,
    blocks: [
      {
        kind: 'points',
        points: asked.map(({ scenario, question }) => [scenario, question] as const),
      },
    ],
  };
}

function counterexampleSection(
  label: string,
  row: RaceRow,
  rows: readonly RaceRow[],
  drawn: Drawn,
): Section {
  const { counterexample, scenario, strategy, form, rule } = row;
  const blocks = counterexample === null ? [] : drawingBlocks(counterexample, scenario, strategy);
  const others = rows
    .filter((each) => each.scenario === scenario && each !== row && isOfBestForm(each))
    .filter((each) => each.counterexample !== null);
  return {
    title: `${label}  ${scenario}: ${strategy}, ${form}`,
    lane: LANE,
    blocks: [
      prose(`${rule}; ${share(row)}`),
      ...blocks,
      ...(drawn === 'all' ? [] : others.map((each) => prose(`${each.strategy}: ${share(each)}`))),
    ],
  };
}

function share({ verdict, failing, interleavings }: RaceRow): string {
  if (verdict.kind === 'SAMPLED') {
    return `${failing} of ${verdict.runs} schedules drawn from seed ${verdict.seed} fail.`;
  }
  return failing === null
    ? 'fails in the schedule below, seen before the exploration was cut short.'
    : `${failing} of ${interleavings} interleavings fail.`;
}

/** A schedule in columns, one a thread, with the steps that race marked. */
export function drawingBlocks(drawing: Drawing, scenario: string, strategy: string): Block[] {
  const { threads, contested, drawn, preemptions, steps, wrong, cause, replay } = drawing;
  const heads = [
    'step',
    ...threads.map(({ name, role }) => `task ${name} (${role})`),
    ...(contested === null ? [] : [contested]),
  ];
  const columnOf = (thread: string) => threads.findIndex(({ name }) => thread.startsWith(name));
  const rows = drawn.map((step) => {
    const cells = threads.map(() => '');
    const marks = `${step.racing ? ' (*)' : ''}${step.wrong ? '  WRONG' : ''}`;
    cells[columnOf(step.thread)] = step.text + marks;
    return [String(step.step), ...cells, ...(contested === null ? [] : [step.cell ?? ''])];
  });
  const ends: [string, string][] = [
    ['steps', `${steps}, ${preemptions} preemption${preemptions === 1 ? '' : 's'}`],
    ['end', wrong ?? 'as it should be'],
    ...(cause === null ? [] : [['cause', `(*) ${cause}`] as [string, string]]),
  ];
  return [
    { kind: 'drawing', heads, rows },
    { kind: 'points', points: ends },
    {
      kind: 'command',
      label: 'replay',
      lines: [`sideband race ${scenario} -s ${strategy} \\`, `  --replay "${replay}"`],
    },
  ];
}
