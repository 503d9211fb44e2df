// SPDX-License-Identifier: MIT
/** A report as plain text: 72 columns of ASCII without tabs, to be pasted into a mail. */
import { getBorderCharacters, table as layOut } from 'table';
import type { Block, Report, Section } from './document.ts';

export const WIDTH = 72;
const GAP = 2;
const INDENT = 2;

export function renderText({ title, sections }: Report): string {
  return `${'='.repeat(WIDTH)}\n${wrap(title).join('\n')}\n${renderSections(sections)}`;
}

export function renderSections(sections: readonly Section[]): string {
  return sections.map((section) => `${textOfSection(section).join('\n')}\n`).join('');
}

/** Names and texts may come from anywhere: control characters would end a cell, others a column. */
const plain = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

function textOfSection(section: Section): string[] {
  const { lane, blocks } = section;
  const title = plain(section.title);
  const label = lane === null ? '' : plain(`lane: ${lane}`);
  const fits = title.length + GAP + label.length <= WIDTH;
  const head = fits
    ? [(title.padEnd(WIDTH - label.length) + label).trimEnd()]
    : [...wrap(title), label.padStart(WIDTH)];
  return ['', ...head, ...blocks.flatMap(textOfBlock)];
}

export function textOfBlock(block: Block): string[] {
  switch (block.kind) {
    case 'prose':
      return indented(wrap(block.text, WIDTH - INDENT));
    case 'points':
      return points(block.points);
    case 'command':
      return points(block.lines.map((line, at) => [at === 0 ? block.label : '', line] as const));
    case 'table':
      return table(block);
    case 'drawing':
      return drawing(block);
  }
}

const indented = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(INDENT) + line));

const wrap = (text: string, width = WIDTH): string[] =>
  grid([[plain(text)]], [{ width, align: 'left' }]);

interface Laid {
  readonly width: number;
  readonly align: 'left' | 'right';
}

/** Cells side by side, each wrapped at its width. */
function grid(rows: readonly (readonly string[])[], columns: readonly Laid[]): string[] {
  if (rows.length === 0) return [];
  const text = layOut(
    rows.map((row) => [...row]),
    {
      border: getBorderCharacters('void'),
      drawHorizontalLine: () => false,
      columnDefault: { paddingLeft: 0, paddingRight: GAP, wrapWord: true },
      columns: columns.map(({ width, align }) => ({ width, alignment: align })),
    },
  );
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.trimEnd());
}

function points(pairs: readonly (readonly [string, string])[]): string[] {
  const rows = pairs.map((pair) => pair.map(plain));
  const label = Math.min(20, Math.max(6, ...rows.map(([name]) => name?.length ?? 0)));
  return indented(
    grid(rows, [
      { width: label, align: 'left' },
      { width: WIDTH - INDENT - label - GAP, align: 'left' },
    ]),
  );
}

function table({ columns, rows: cells, wide }: Block & { kind: 'table' }): string[] {
  const rows = cells.map((row) => row.map(plain));
  const heads = columns.map(({ head }) => plain(head));
  const all = heads.some((head) => head !== '') ? [heads, ...rows] : rows;
  const natural = columns.map((_, at) => Math.max(1, ...all.map((row) => (row[at] ?? '').length)));
  const room = WIDTH - INDENT - GAP * (columns.length - 1);
  const widths = shrunk(natural, room, wide);
  return indented(
    grid(
      all,
      columns.map(({ align }, at) => ({ align, width: widths[at] ?? 1 })),
    ),
  );
}

/** Fits columns into `room`: the wide one gives first, then whichever is widest. */
function shrunk(natural: readonly number[], room: number, wide: number | null): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, 0);
  const least = 16;
  if (wide !== null) {
    const others = total() - (widths[wide] ?? 0);
    widths[wide] = Math.min(widths[wide] ?? 0, Math.max(least, room - others));
  }
  while (total() > room) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function drawing(block: Block & { kind: 'drawing' }): string[] {
  const heads = block.heads.map(plain);
  const rows = block.rows.map((row) => row.map(plain));
  const room = WIDTH - INDENT - GAP * (heads.length - 1);
  const natural = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const widths = shrunk(natural, room, null);
  return indented(
    grid(
      [heads, ...rows],
      widths.map((width) => ({ width, align: 'left' })),
    ),
  );
}
