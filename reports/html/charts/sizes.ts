// SPDX-License-Identifier: MIT
/** What a design adds to a kernel, and what each further call adds to that. */
import { DESIGNS } from '../../../core/kernel/strategy.ts';
import { prose } from '../../document.ts';
import type { CostsResult } from '../../schema/costs.ts';
import {
  breakEven,
  bytesBeyond,
  evens,
  linesWith,
  nextCallTable,
  sizeTable,
} from '../../sections/costs/surface.ts';
import { blocksOf, type Links } from '../blocks.ts';
import { html, type Part } from '../markup.ts';
import { type Bar, barChart } from './bars.ts';
import type { Canvas } from './canvas.ts';
import { figureOf } from './figure.ts';
import { lineChart } from './lines.ts';

const LANE = 'guest, exact; reference figures';
const AT_LEAST = 20;

export function sizes(canvas: Canvas, costs: CostsResult | null, links: Links): Part {
  if (costs === null) {
    return html`<p>The guest's figures were left out of this result, so that none is drawn.</p>`;
  }
  return [bytesFigure(canvas, costs, links), nextCallFigure(canvas, costs, links)];
}

function bytesFigure(canvas: Canvas, costs: CostsResult, links: Links): Part {
  const title = 'Size: what each design adds to a kernel';
  const panels = (
    [
      ['text', 'bytes of text'],
      ['task', 'bytes of task_struct'],
    ] as const
  ).map(([kind, heading]) => {
    const bars = DESIGNS.flatMap((design): Bar[] => {
      const bytes = bytesBeyond(costs, design);
      return bytes === null ? [] : [{ name: design, value: bytes[kind] }];
    });
    const said = bars.map(({ name, value }) => `${name} ${value}`).join(', ');
    return { heading, drawing: barChart(canvas, bars, `Bars: ${heading}: ${said}.`) };
  });
  return figureOf({
    ...{ id: 'figure-size', title, lane: LANE, panels, links },
    notes: blocksOf([prose('Against the same kernel with the groundwork and no interface (I6).')], {
      title,
      links,
    }),
    tables: [sizeTable(costs)],
  });
}

function nextCallFigure(canvas: Canvas, costs: CostsResult, links: Links): Part {
  const title = 'The next call: lines of patch, by how many more calls are to be directed';
  const meetings = evens(costs)
    .map(({ one, calls }) => ({
      x: calls,
      y: linesWith(costs, one, calls),
      text: String(Math.ceil(calls)),
    }))
    .sort((a, b) => a.x - b.x);
  const most = Math.max(AT_LEAST, ...meetings.map(({ x }) => Math.ceil(x * 1.1)));
  const lines = DESIGNS.map((design) => ({
    ...{ name: design, of: design },
    points: [0, most].map((x) => ({ x, y: linesWith(costs, design, x) })),
  }));
  const heading = 'lines of patch in all';
  const drawing = lineChart(canvas, {
    ...{ lines, meetings },
    x: { isLog: false, label: 'calls more than the eight of the series', ticks: null },
    y: { isLog: false, label: null, ticks: null },
    says: `Lines: ${heading}, by design. ${breakEven(costs)}`,
  });
  return figureOf({
    ...{ id: 'figure-next-call', title, lane: LANE, links },
    panels: [{ heading, drawing }],
    notes: blocksOf(
      [prose(`${breakEven(costs)} Each further call taken as timer_create is (I7).`)],
      {
        title,
        links,
      },
    ),
    tables: [nextCallTable(costs)],
  });
}
