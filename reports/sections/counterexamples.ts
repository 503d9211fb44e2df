// SPDX-License-Identifier: MIT
/** Schedules that fail, drawn in columns. */
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
  const { counterexample, scenario, strategy, form, rule, verdict } = row;
  const others = rows
    .filter((each) => each.scenario === scenario && each !== row && isOfBestForm(each))
    .filter(fails);
  const alike =
    drawn === 'all' ? [] : others.map((each) => `; ${each.strategy} too, ${share(each)}`);
  return {
    title: `${label}  ${scenario}: ${strategy}, ${form}`,
    lane: LANES[verdict.kind],
    blocks: [
      prose(`Rule: ${rule}. ${strategy} fails ${share(row)}${alike.join('')}.`),
      ...(counterexample === null ? [] : drawingBlocks(counterexample, scenario, strategy)),
    ],
  };
}

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

/** A schedule in columns, one a thread, with the steps that race marked. */
export function drawingBlocks(drawing: Drawing, scenario: string, strategy: string): Block[] {
  const { threads, contested, drawn, preemptions, isMinimal, steps } = drawing;
  const { wrong, cause, replay } = drawing;
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
    ['steps', `${steps}, ${plural(preemptions, 'preemption')}${isMinimal ? MINIMAL : ''}`],
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
