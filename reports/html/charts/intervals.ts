// SPDX-License-Identifier: MIT
/** Estimates as dots within their intervals, each below its name. */
import type { Markup } from '../markup.ts';
import { type Canvas, logTicks } from './canvas.ts';

export interface Estimate {
  readonly name: string;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

const ROW = 34;
/** Of a row, from its top. */
const [NAME, DOT] = [0.3, 0.75];

interface IntervalChart {
  readonly estimates: readonly Estimate[];
  readonly isLog: boolean;
  readonly unit: string;
  /** What an estimate is compared with. */
  readonly from: number;
  readonly says: string;
}

export function intervalChart(
  { plot, draw }: Canvas,
  { estimates, isLog, unit, from, says }: IntervalChart,
): Markup {
  const ends = [from, ...estimates.flatMap(({ low, high }) => [low, high])];
  const domain = [Math.min(...ends), Math.max(...ends)] as const;
  const rows = estimates.map((one, at) => ({ ...one, named: at + NAME, dotted: at + DOT }));
  return draw(
    {
      ...{ height: rows.length * ROW + 44, marginTop: 4, marginBottom: 38 },
      ...{ marginLeft: 10, marginRight: 18 },
      x: {
        ...{ domain, grid: true, label: unit, labelAnchor: 'center', tickFormat: 'd' },
        ...(isLog ? { type: 'log', ticks: logTicks(domain) } : { nice: true, ticks: 5 }),
      },
      y: { axis: null, domain: [0, rows.length], reverse: true },
      marks: [
        plot.ruleX([from], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        plot.ruleY(rows, {
          ...{ x1: 'low', x2: 'high', y: 'dotted' },
          ...{ stroke: 'currentColor', strokeWidth: 2 },
        }),
        plot.dot(rows, { x: 'estimate', y: 'dotted', r: 3.5, fill: 'var(--link)' }),
        plot.text(rows, {
          ...{ y: 'named', text: 'name', frameAnchor: 'left', dx: 2 },
          ...{ fill: 'currentColor', stroke: 'var(--paper)', strokeWidth: 4 },
        }),
      ],
    },
    says,
  );
}
