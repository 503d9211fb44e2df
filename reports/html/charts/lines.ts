// SPDX-License-Identifier: MIT
/** Lines with their names at their ends, so that none needs a legend. */
import type { Markish, ScaleOptions } from '@observablehq/plot';
import type { Markup } from '../markup.ts';
import { type Canvas, colourOf, logTicks } from './canvas.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly name: string;
  /** Of which strategy, for its colour. */
  readonly of: string;
  readonly points: readonly Point[];
}

/** Where two lines are even. */
export interface Meeting extends Point {
  readonly text: string;
}

interface Axis {
  readonly isLog: boolean;
  readonly label: string | null;
  /** Unless they follow from the values. */
  readonly ticks: number[] | null;
}

export interface LineChart {
  readonly lines: readonly Line[];
  readonly meetings: readonly Meeting[];
  readonly x: Axis;
  readonly y: Axis;
  readonly says: string;
}

const HEIGHT = 260;
const MARGINS = { marginTop: 14, marginBottom: 38, marginLeft: 48, marginRight: 108 };
/** Between the names of two lines. */
const LEADING = 13;
/** Lines of one design differ in this, in the order of their names. */
const DASHES = ['', '5 3', '1.5 3'];

export function lineChart({ plot, draw }: Canvas, chart: LineChart): Markup {
  const lines = joined(chart.lines);
  const values = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const x = scaleOf(
    chart.x,
    lines.flatMap(({ points }) => points.map((point) => point.x)),
  );
  const y = scaleOf(chart.y, chart.y.isLog ? values : [0, ...values]);
  const scale = plot.scale({
    y: { ...y, range: [HEIGHT - MARGINS.marginBottom, MARGINS.marginTop] },
  });
  const labels = spread(lines.map(({ points }) => Number(scale?.apply(points.at(-1)?.y ?? 0))));
  const marks: Markish[] = [
    ...lines.map((line) =>
      plot.line(line.points, {
        ...{ x: 'x', y: 'y', stroke: colourOf(line.of), strokeWidth: 1.75 },
        strokeDasharray: dashOf(line, lines),
      }),
    ),
    ...lines.map(({ name, of, points }, at) =>
      plot.text(points.slice(-1), {
        ...{ x: 'x', y: 'y', text: () => name, fill: colourOf(of) },
        ...{ textAnchor: 'start', dx: 6, dy: labels[at] ?? 0 },
      }),
    ),
    plot.dot(chart.meetings, {
      ...{ x: 'x', y: 'y', r: 3, fill: 'var(--paper)', stroke: 'currentColor' },
    }),
    // Above and below by turns, as they may be close.
    ...chart.meetings.map((meeting, at) =>
      plot.text([meeting], {
        ...{ x: 'x', y: 'y', text: 'text', dy: at % 2 === 0 ? -11 : 12 },
        ...{ stroke: 'var(--paper)', strokeWidth: 4, fill: 'currentColor' },
      }),
    ),
  ];
  return draw(
    {
      ...MARGINS,
      height: HEIGHT,
      x: { ...x, labelAnchor: 'center' },
      y: { ...y, grid: true },
      marks,
    },
    chart.says,
  );
}

function scaleOf({ isLog, label, ticks }: Axis, values: readonly number[]): ScaleOptions {
  const domain = [Math.min(...values), Math.max(...values)] as const;
  return isLog
    ? { type: 'log', domain, label, ticks: ticks ?? logTicks(domain), tickFormat: 'd' }
    : { domain, label, ticks: ticks ?? 5, nice: true, tickFormat: 'd' };
}

function dashOf({ of }: Line, lines: readonly Line[]): string {
  const ofDesign = lines.filter((line) => colourOf(line.of) === colourOf(of));
  const names = ofDesign.map((line) => line.of).sort();
  return DASHES[(of === '' ? 0 : names.indexOf(of)) % DASHES.length] ?? '';
}

/** Lines that are one where they are drawn have one name. */
function joined(lines: readonly Line[]): Line[] {
  const byCourse = new Map<string, Line>();
  for (const line of lines) {
    const course = JSON.stringify(line.points);
    const same = byCourse.get(course);
    byCourse.set(
      course,
      same === undefined ? line : { ...same, name: `${same.name}, ${line.name}`, of: '' },
    );
  }
  return [...byCourse.values()];
}

/** How far each must move from where its line ends, for all to be read. */
function spread(ends: readonly number[]): number[] {
  const order = [...ends.keys()].sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  const placed = [...ends];
  for (const [rank, at] of order.entries()) {
    const above = placed[order[rank - 1] ?? -1];
    if (above !== undefined) placed[at] = Math.max(placed[at] ?? 0, above + LEADING);
  }
  // Those that were pushed out of the drawing push back.
  let floor = HEIGHT - MARGINS.marginBottom + LEADING;
  for (const at of order.toReversed()) {
    placed[at] = Math.min(placed[at] ?? 0, floor);
    floor = (placed[at] ?? 0) - LEADING;
  }
  return placed.map((place, at) => place - (ends[at] ?? 0));
}
