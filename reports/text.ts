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
    case 'answers':
      return block.rows.flatMap(([question, answers]) => [
        ...indented(wrap(question, WIDTH - INDENT)),
        ...points(
          block.by.map((name, at) => [name, answers[at] ?? ''] as const),
          2 * INDENT,
        ),
      ]);
    case 'drawing':
      return drawing(block);
  }
}

const indented = (lines: readonly string[], indent = INDENT): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(indent) + line));

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

function points(pairs: readonly (readonly [string, string])[], indent = INDENT): string[] {
  const rows = pairs.map((pair) => pair.map(plain));
  const label = Math.min(22, Math.max(6, ...rows.map(([name]) => name?.length ?? 0)));
  return indented(
    grid(rows, [
      { width: label, align: 'left' },
      { width: WIDTH - indent - label - GAP, align: 'left' },
    ]),
    indent,
  );
}

type Table = Block & { readonly kind: 'table' };

/** Narrower than this, a column reads badly. */
const LEAST = 6;

/** A table of more columns than there is room for is printed in parts. */
function table(block: Table): string[] {
  const { columns, rows: cells, wide } = block;
  const rows = cells.map((row) => row.map(plain));
  const heads = columns.map(({ head }) => plain(head));
  const all = heads.some((head) => head !== '') ? [heads, ...rows] : rows;
  const natural = columns.map((_, at) => Math.max(1, ...all.map((row) => (row[at] ?? '').length)));
  const room = WIDTH - INDENT - GAP * (columns.length - 1);
  const needed = natural.reduce((sum, width) => sum + Math.min(width, LEAST), 0);
  if (needed > room && columns.length > 2) {
    const half = Math.ceil((columns.length + 1) / 2);
    return [...table(part(block, 1, half)), ...table(part(block, half, columns.length))];
  }
  const widths = shrunk(natural, room, wide);
  return indented(
    grid(
      all,
      columns.map(({ align }, at) => ({ align, width: widths[at] ?? 1 })),
    ),
  );
}

/** The first column, and others. */
function part({ kind, columns, rows, wide }: Table, from: number, to: number): Table {
  const cut = <T>(cells: readonly T[]): T[] => [...cells.slice(0, 1), ...cells.slice(from, to)];
  const at =
    wide === null || wide === 0 ? wide : wide >= from && wide < to ? wide - from + 1 : null;
  return { kind, columns: cut(columns), rows: rows.map(cut), wide: at };
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
