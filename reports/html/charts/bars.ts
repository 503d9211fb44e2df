// SPDX-License-Identifier: MIT
/** A bar for each design, with its figure behind it. */
import type { Markup } from '../markup.ts';
import { type Canvas, colourOf } from './canvas.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
}

const ROW = 26;

export function barChart({ plot, draw }: Canvas, bars: readonly Bar[], says: string): Markup {
  return draw(
    {
      ...{ height: bars.length * ROW + 10, marginTop: 4, marginBottom: 6 },
      ...{ marginLeft: 66, marginRight: 56 },
      x: { axis: null, domain: [Math.min(0, ...bars.map(({ value }) => value)), most(bars)] },
      y: { label: null, tickSize: 0, domain: bars.map(({ name }) => name) },
      marks: [
        plot.barX(bars, {
          ...{ x: 'value', y: 'name', insetTop: 4, insetBottom: 4 },
          fill: ({ name }: Bar) => colourOf(name),
        }),
        plot.text(bars, {
          ...{ x: 'value', y: 'name', textAnchor: 'start', dx: 5 },
          text: ({ value }: Bar) => `${value > 0 ? '+' : ''}${value}`,
        }),
        plot.ruleX([0], { stroke: 'currentColor' }),
      ],
      color: { type: 'identity' },
    },
    says,
  );
}

const most = (bars: readonly Bar[]): number => Math.max(1, ...bars.map(({ value }) => value));
