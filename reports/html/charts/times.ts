// SPDX-License-Identifier: MIT
/** What was timed on the kernel below, with confidence intervals. */
import type { TimesResult, TimesRun } from '../../schema/times.ts';
import { confidenceOf, experimentTable, subjectTable } from '../../sections/times.ts';
import type { Links } from '../blocks.ts';
import { html, type Part } from '../markup.ts';
import type { Canvas } from './canvas.ts';
import { figureOf, type Panel } from './figure.ts';
import { type Estimate, intervalChart } from './intervals.ts';

type Row = { readonly name: string; readonly nullCalls: TimesRun['subjects'][number]['nullCalls'] };

export function times(canvas: Canvas, result: TimesResult, links: Links): Part {
  if (result.kind === 'not run') return html`<p>Not run: ${result.reason}.</p>`;
  const subjects: Row[] = [...result.subjects];
  const pairs: Row[] = result.experiments.map(({ from, to, nullCalls }) => ({
    name: `${to}, beyond ${from}`,
    nullCalls,
  }));
  const percent = confidenceOf(result);
  const isLog = estimatesOf(subjects).every(({ low }) => low > 0);
  const panels: Panel[] = [
    ...panel(subjects, 'an operation, in null calls', 1, isLog),
    ...panel(pairs, 'one beyond another, in null calls', 0, false),
  ];
  function panel(rows: readonly Row[], heading: string, from: number, asLog: boolean) {
    const estimates = estimatesOf(rows);
    if (estimates.length === 0) return [];
    const says = `Dots with ${percent} confidence intervals: ${heading}, of ${estimates.length} rows. The table below has the numbers.`;
    const drawing = intervalChart(canvas, {
      ...{ estimates, from, says, isLog: asLog, unit: 'null calls' },
    });
    return [{ heading, drawing }];
  }
  return figureOf({
    ...{ id: 'figure-times', links, panels },
    title: `Calls of the kernel below, with ${percent} confidence intervals`,
    lane: 'host, timed',
    notes: html`<p>A null call is getppid(). ${noisy('operations', subjects)} ${noisy(
      'differences',
      pairs,
    )} What each operation is, and how it was timed, is said below the table of <a href="#H2">H2</a>.</p>`,
    tables: [subjectTable(result), experimentTable(result)],
  });
}

const estimatesOf = (rows: readonly Row[]): Estimate[] =>
  rows.flatMap(({ name, nullCalls }) =>
    nullCalls.kind === 'noisy' ? [] : [{ name, ...nullCalls }],
  );

/** What has no estimate has no dot, and is named in its place. */
function noisy(what: string, rows: readonly Row[]): string {
  const names = rows.filter(({ nullCalls }) => nullCalls.kind === 'noisy').map(({ name }) => name);
  return names.length === 0
    ? `None of the ${rows.length} ${what} was too noisy.`
    : `Too noisy for an estimate, ${names.length} of ${rows.length} ${what}: ${names.join('; ')}.`;
}
