// SPDX-License-Identifier: MIT
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { barChart } from './bars.ts';
import { type Canvas, colourOf, logTicks, openCanvas } from './canvas.ts';
import { intervalChart } from './intervals.ts';
import { type Line, lineChart } from './lines.ts';

let canvas: Canvas;
beforeAll(async () => {
  canvas = await openCanvas();
});

const LINEAR = { isLog: false, label: null, ticks: null };
const line = (name: string, ...ys: number[]): Line => ({
  ...{ name, of: name },
  points: ys.map((y, x) => ({ x, y })),
});
const drawn = (lines: readonly Line[]) =>
  lineChart(canvas, { lines, meetings: [], x: LINEAR, y: LINEAR, says: 'Lines' }).text;

/** How far down a text is: by its own shift and by that of what it is in. */
function heights(svg: string, names: readonly string[]): number[] {
  const shift = (transform: string | null | undefined) =>
    Number(/,\s*(-?[\d.]+)\)/.exec(transform ?? '')?.[1] ?? 0);
  const texts = [...parseHTML(svg).document.querySelectorAll('text')];
  return names.map((name) => {
    const text = texts.find(({ textContent }) => textContent === name);
    expect(text, name).toBeDefined();
    const within = text?.parentElement?.getAttribute('transform');
    return shift(text?.getAttribute('transform')) + shift(within);
  });
}

describe('lines', () => {
  it('have names that can all be read, wherever they end', () => {
    const names = ['with_id', 'procfs', 'setter', 'indirect'];
    for (const ends of [
      [0, 0.01, 0.02, 0.03],
      [100, 99, 98, 0],
      [50, 50.5, 51, 100],
    ]) {
      const svg = drawn(names.map((name, at) => line(name, at, ends[at] ?? 0)));
      const sorted = heights(svg, names).sort((a, b) => a - b);
      for (const [at, height] of sorted.slice(1).entries()) {
        expect(height - (sorted[at] ?? 0)).toBeGreaterThan(12);
      }
    }
  });

  it('that are one have one name, and no colour that is of one of them', () => {
    const svg = drawn([line('with_id', 1, 2), line('indirect', 1, 2), line('setter', 1, 3)]);
    expect(svg).toContain('>with_id, indirect<');
    expect(svg).not.toContain('var(--with-id)');
    expect(svg).toContain('var(--setter)');
  });

  it('of one design differ in their dashes', () => {
    const svg = drawn(
      ['procfs', 'procfs (kept)', 'procfs (openat)'].map((name, at) => line(name, at, at)),
    );
    expect(svg).toContain('stroke-dasharray="5 3"');
    expect(svg).toContain('stroke-dasharray="1.5 3"');
  });

  it('are the same when they are drawn again', async () => {
    const lines = [line('setter', 1, 3), line('procfs', 2, 3)];
    const again = await openCanvas();
    expect(
      lineChart(again, { lines, meetings: [], x: LINEAR, y: LINEAR, says: 'Lines' }).text,
    ).toBe(drawn(lines));
  });
});

describe('a name from outside', () => {
  it('is text in every chart', () => {
    const name = '</text><script>x()</script>';
    const estimate = { name, estimate: 1, low: 0.5, high: 2 };
    const interval = { isLog: true, unit: name, from: 1, says: name, estimates: [estimate] };
    for (const { text } of [
      lineChart(canvas, {
        ...{ lines: [line(name, 1, 2)], x: LINEAR, y: LINEAR, says: name },
        meetings: [{ x: 1, y: 1, text: name }],
      }),
      barChart(canvas, [{ name, value: 1 }], name),
      intervalChart(canvas, interval),
    ]) {
      expect(text).not.toContain('<script');
      expect(text).toContain('&lt;script&gt;');
    }
  });
});

describe('colours', () => {
  it('are of the design, in whichever way', () => {
    expect(colourOf('with_id')).toBe('var(--with-id)');
    expect(colourOf('procfs (kept)')).toBe('var(--procfs)');
    expect(colourOf('procfs-july')).toBe('currentColor');
  });
});

describe('ticks of a logarithm', () => {
  it('are within, and few', () => {
    expect(logTicks([1, 14])).toEqual([1, 2, 5, 10]);
    expect(logTicks([737, 15552])).toEqual([1000, 2000, 5000, 10000]);
    expect(logTicks([0.3, 0.6])).toEqual([0.5]);
  });
});
