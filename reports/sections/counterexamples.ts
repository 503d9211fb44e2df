// SPDX-License-Identifier: MIT
/** Schedules that fail, drawn in columns. */
import { formatSize } from '../../properties/sizes/size.ts';
import { type Block, prose, type Section } from '../document.ts';
import { fails, isOfBestForm } from '../hazards.ts';
import type { Drawing, RaceRow } from '../result.ts';
import { plural } from '../words.ts';

/** Whose failing schedules are drawn: those of the best forms, or all. */
export type Drawn = 'best forms' | 'all';

/** Of the best forms the first that fails a scenario stands for all. */
export function drawnRows(rows: readonly RaceRow[], drawn: Drawn): RaceRow[] {
  const failing = rows.filter(fails);
  if (drawn === 'all') return failing;
  const best = failing.filter(isOfBestForm);
  return best.filter((row, at) => best.findIndex((o) => o.scenario === row.scenario) === at);
}

const LANES: Readonly<Record<RaceRow['verdict']['kind'], string>> = {
  EXHAUSTIVE: 'model, every interleaving',
  BOUNDED: 'model, few preemptions',
  SAMPLED: 'model, sampled',
  INCOMPLETE: 'model, cut short',
};

export function counterexampleSection(
  label: string,
  row: RaceRow,
  rows: readonly RaceRow[],
  drawn: Drawn,
): Section {
  const { counterexample } = row;
  return {
    ...counterexampleHead(label, row),
    blocks: [
      ruleBlock(row, rows, drawn),
      ...(counterexample === null ? [] : drawingBlocks(counterexample, runOf(row))),
    ],
  };
}

export const counterexampleHead = (
  label: string,
  { scenario, strategy, defect, form, verdict }: RaceRow,
): Pick<Section, 'title' | 'lane'> => ({
  title: `${label}  ${scenario}: ${strategy}, ${defect === null ? form : 'with a defect'}`,
  lane: LANES[verdict.kind],
});

/** What was to hold, and in how many interleavings it does not; by other best forms, too. */
export function ruleBlock(row: RaceRow, rows: readonly RaceRow[], drawn: Drawn): Block {
  const { scenario, strategy, rule } = row;
  const others = rows
    .filter((each) => each.scenario === scenario && each !== row && isOfBestForm(each))
    .filter(fails);
  const alike =
    drawn === 'all' ? [] : others.map((each) => `; ${each.strategy} too, ${share(each)}`);
  return prose(`Rule: ${rule}. ${strategy} fails ${share(row)}${alike.join('')}.`);
}

export const runOf = (row: RaceRow): Run => ({
  scenario: row.scenario,
  strategy: row.strategy,
  defect: row.defect,
  size: grownTo(row),
  ...(row.from === undefined ? {} : { from: row.from }),
});

/** The size that fails where a smaller one holds; null if the smallest is spoken of. */
export const grownTo = ({ size, deepest, counterexample }: RaceRow): RaceRow['size'] | null =>
  counterexample !== null && deepest !== null ? size : null;

function share({ verdict, failing, interleavings, certificate }: RaceRow): string {
  if (verdict.kind === 'SAMPLED') {
    return `in ${failing} of ${verdict.runs} schedules drawn by ${verdict.by} from seed ${verdict.seed}`;
  }
  if (failing === null) return 'in a schedule seen before the exploration was cut short';
  return interleavings === '1'
    ? 'in its only interleaving'
    : `in ${failing} of ${interleavings} interleavings${inTraces(certificate)}`;
}

const inTraces = (certificate: RaceRow['certificate']): string =>
  certificate === null ? '' : ` (${plural(certificate.traces, 'trace')} in all)`;

/** First of preemptions, then of steps, as the state graph proves. */
const MINIMAL = '; of all that fail it has the least';

/** With more threads than these, a column for what each does is too narrow to be read. */
const MOST_COLUMNS = 3;

type Step = Drawing['drawn'][number];

/** Which of the threads acts, or which one's child. */
export const nthOf = ({ threads }: Drawing, { thread }: Step): number =>
  threads.findIndex(({ name }) => thread.startsWith(name));

const textOf = ({ text, racing, wrong }: Step): string =>
  `${text}${racing ? ' (*)' : ''}${wrong ? '  WRONG' : ''}`;

/** What is contested has a column: its value behind each step that writes it. */
const rowsOf = (
  { contested, drawn }: Drawing,
  cells: (step: Step) => readonly string[],
): string[][] =>
  drawn.map((step) => [
    String(step.step),
    ...cells(step),
    ...(contested === null ? [] : [step.cell ?? '']),
  ]);

/** A column for each thread, in which is what it does. */
function byColumns(drawing: Drawing): Block[] {
  const { threads, contested } = drawing;
  const heads = threads.map(({ name, role }) => `task ${name} (${role})`);
  const rows = rowsOf(drawing, (step) =>
    threads.map((_, nth) => (nth === nthOf(drawing, step) ? textOf(step) : '')),
  );
  return [
    {
      kind: 'drawing',
      heads: ['step', ...heads, ...(contested === null ? [] : [contested])],
      rows,
    },
  ];
}

/** A character for each thread, which says who acts, or which child; what it does is beside them. */
function byMarks(drawing: Drawing): Block[] {
  const { threads, contested } = drawing;
  const heads = [threads.map(({ name }) => name).join(''), 'does'];
  const rows = rowsOf(drawing, (step) => [
    threads.map((_, nth) => (nth === nthOf(drawing, step) ? step.thread.at(-1) : '.')).join(''),
    textOf(step),
  ]);
  const roles = [...new Set(threads.map(({ role }) => role))].map((role) => {
    const names = threads.filter((thread) => thread.role === role).map(({ name }) => name);
    return `${names.join(', ')} ${role}`;
  });
  return [
    { kind: 'points', points: [['tasks', roles.join('; ')]] },
    {
      kind: 'drawing',
      heads: ['step', ...heads, ...(contested === null ? [] : [contested])],
      rows,
    },
  ];
}

/** Whose schedule it is. */
export interface Run extends Pick<RaceRow, 'scenario' | 'strategy' | 'from' | 'defect'> {
  /** Null is the smallest. */
  readonly size: RaceRow['size'] | null;
}

/** A schedule, with the steps that race marked, and how to run it. */
export function drawingBlocks(drawing: Drawing, run: Run): Block[] {
  const { threads } = drawing;
  return [
    ...(threads.length > MOST_COLUMNS ? byMarks(drawing) : byColumns(drawing)),
    ...endBlocks(drawing, run),
  ];
}

/** How it ends and why, and how to run it. */
export function endBlocks(
  { preemptions, isMinimal, steps, wrong, cause, replay }: Drawing,
  { scenario, strategy, from, defect, size }: Run,
): Block[] {
  const ends: [string, string][] = [
    ['steps', `${steps}, ${plural(preemptions, 'preemption')}${isMinimal ? MINIMAL : ''}`],
    ['end', wrong ?? 'as it should be'],
    ...(cause === null ? [] : [['cause', `(*) ${cause}`] as [string, string]]),
  ];
  return [
    { kind: 'points', points: ends },
    {
      kind: 'command',
      label: 'replay',
      lines: [
        `sideband race ${scenario} ${defect === null ? `-s ${strategy} ` : ''}\\`,
        ...(from === undefined ? [] : [`  --with "${from}" \\`]),
        ...(defect === null ? [] : [`  --mutant "${defect}" \\`]),
        `  ${size === null ? '' : `--size ${formatSize(size)} `}--replay "${replay}"`,
      ],
    },
  ];
}
