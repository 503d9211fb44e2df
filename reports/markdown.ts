// SPDX-License-Identifier: MIT
/** A report as Markdown, of the kind that code forges render. */
import { markdownTable } from 'markdown-table';
import type { Block, Report } from './document.ts';
import { textOfBlock } from './text.ts';

export function renderMarkdown({ title, sections }: Report): string {
  const parts = [`# ${escaped(title)}`];
  for (const { title: heading, lane, blocks } of sections) {
    parts.push(`## ${escaped(heading)}`);
    if (lane !== null) parts.push(`Lane: ${escaped(lane)}.`);
    parts.push(...blocks.map(markdownOfBlock));
  }
  return `${parts.join('\n\n')}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[\\`*_<>|[\]#~&]/g, '\\$&');

const tableOf = (rows: readonly (readonly string[])[], align: readonly string[]): string =>
  markdownTable(
    rows.map((row) => row.map(escaped)),
    { align: [...align], alignDelimiters: false },
  );

function markdownOfBlock(block: Block): string {
  switch (block.kind) {
    case 'prose':
      return escaped(block.text);
    case 'points':
      return block.points
        .map(([label, text]) => `- **${escaped(label)}**: ${escaped(text)}`)
        .join('\n');
    case 'table':
      return tableOf(
        [block.columns.map(({ head }) => head), ...block.rows],
        block.columns.map(({ align }) => align),
      );
    case 'answers':
      return tableOf(
        [['', ...block.by], ...block.rows.map(([question, answers]) => [question, ...answers])],
        ['left', ...block.by.map(() => 'left')],
      );
    case 'command':
      return ['```', ...block.lines, '```'].join('\n');
    case 'drawing':
      // Its columns stand for time side by side, which a Markdown table would tear apart.
      return ['```', ...textOfBlock(block), '```'].join('\n');
  }
}
