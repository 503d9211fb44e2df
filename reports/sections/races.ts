// SPDX-License-Identifier: MIT
/** Scenarios with their verdicts, and the schedules that fail, drawn. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Drawing, RaceRow } from '../result.ts';

/** S: what can go wrong, and a section for each schedule that does. */
export function raceSections(rows: readonly RaceRow[]): Section[] {
  const failing = rows.filter((row) => row.counterexample !== null);
  const label = (row: RaceRow) => `S${failing.indexOf(row) + 1}`;
  const scenarios = [...new Set(rows.map((row) => row.scenario))];
  return [
    {
      title: 'S  WHAT CAN GO WRONG',
      lane: 'model, every interleaving',
      blocks: scenarios.flatMap((name) => raceBlocks(name, rows, label)),
    },
    ...failing.map((row) => counterexampleSection(label(row), row)),
  ];
}

function raceBlocks(
  name: string,
  rows: readonly RaceRow[],
  label: (row: RaceRow) => string,
): Block[] {
  const of = rows.filter((row) => row.scenario === name);
  const [first] = of;
  if (first === undefined) return [];
  return [
    prose(`${name} (${first.context}). ${first.question} Rule: ${first.rule}.`),
    table(
      [
        left('design'),
        left('form'),
        left('verdict'),
        right('interleav.'),
        right('failing'),
        right('states'),
      ],
      of.map((row) => [
        row.strategy,
        row.form,
        row.verdict.kind,
        row.interleavings ?? '?',
        row.counterexample === null
          ? (row.failing ?? '?')
          : `${row.failing ?? 'some'} (${label(row)})`,
        String(row.states),
      ]),
    ),
    ...of.flatMap(({ strategy, verdict }) =>
      verdict.kind === 'INCOMPLETE'
        ? [prose(`${strategy}: INCOMPLETE, ${verdict.reason}; ${verdict.seen} states seen.`)]
        : [],
    ),
    ...of
      .filter((row) => row.kind === 'control')
      .map(({ strategy }) => prose(`${strategy} is a control: it is there to fail.`)),
  ];
}

function counterexampleSection(label: string, row: RaceRow): Section {
  const { counterexample, scenario, strategy, form, rule, interleavings, failing } = row;
  const blocks = counterexample === null ? [] : drawingBlocks(counterexample, scenario, strategy);
  return {
    title: `${label}  ${scenario}: ${strategy}, ${form}`,
    lane: 'model, every interleaving',
    blocks: [
      prose(
        failing === null
          ? `${rule}; fails in the schedule below, seen before the exploration was cut short.`
          : `${rule}; ${failing} of ${interleavings} interleavings fail.`,
      ),
      ...blocks,
    ],
  };
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
