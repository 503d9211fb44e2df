// SPDX-License-Identifier: MIT
/** Charts as inline SVG, drawn without a browser; the same figures give the same bytes. */
import type { PlotOptions } from '@observablehq/plot';
import { DESIGNS } from '../../../core/kernel/strategy.ts';
import { html, type Markup, trusted } from '../markup.ts';

export type Plot = typeof import('@observablehq/plot');

export interface Canvas {
  readonly plot: Plot;
  /** @param says what it shows, for those who don't see it */
  readonly draw: (options: PlotOptions, says: string) => Markup;
}

/** Fits on a telephone; two are side by side elsewhere. */
export const WIDTH = 352;

/** Takes half a second, so that whoever writes no report does not pay for it. */
export async function openCanvas(): Promise<Canvas> {
  const [plot, { parseHTML }] = await Promise.all([
    import('@observablehq/plot'),
    import('linkedom'),
  ]);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const draw = (options: PlotOptions, says: string): Markup => {
    const svg = plot.plot({ width: WIDTH, ...options, document });
    // Its own style sheet is for a page of its own; and within an image nothing has a name.
    for (const style of svg.querySelectorAll('style')) style.remove();
    for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    svg.setAttribute('class', 'plot');
    // What it says may hold a name from outside, so that it is escaped as all such are.
    const start = html`<svg role="img" aria-label="${says}"`.text;
    return trusted(String(svg.outerHTML).replace('<svg', () => start));
  };
  return { plot, draw };
}

/** Ticks that can be read: the powers of ten, their doubles and their halves. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - from + 1 },
    (_, at) => from + at,
  );
  const ticks = powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** The colour of a design, whichever way of it is meant; of others, that of the text. */
export function colourOf(name: string): string {
  const design = DESIGNS.find((one) => name === one || name.startsWith(`${one} (`));
  return design === undefined ? 'currentColor' : `var(--${design.replace('_', '-')})`;
}
