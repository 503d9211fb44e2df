// SPDX-License-Identifier: MIT
/** The blocks of a section, as text.ts has them, with its tables in regions that scroll. */
import { type Block, type Column, left, type Section } from '../document.ts';
import { html, type Markup, type Part } from './markup.ts';

/** Where labels such as T1 lead; the text has them in brackets. */
export type Links = ReadonlyMap<string, string>;

export interface Place {
  /** Names what is in it, for those who can't see where it stands. */
  readonly title: string;
  readonly links: Links;
}

/** Sentences, in which `(S, T1)` are links. */
export function linked(text: string, links: Links): Part {
  return text.split(/(\([A-Z]\d?(?:, [A-Z]\d?)*\))/).map((piece, at) =>
    at % 2 === 0
      ? piece
      : piece.split(/([A-Z]\d?)/).map((label) => {
          const to = links.get(label);
          return to === undefined ? label : html`<a href="#${to}">${label}</a>`;
        }),
  );
}

export const laneOf = (lane: string | null): Markup | null =>
  lane === null ? null : html`<p class="lane">lane: ${lane}</p>`;

/** A region that scrolls by itself, and, having the focus, by keys. */
export const scrolling = (label: string, content: Part): Markup =>
  html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${content}</div>`;

/** The blocks of a section, without its title. */
export function blocksOf(blocks: readonly Block[], { title, links }: Place): Part {
  let tables = 0;
  const isCaption = (at: number) => blocks[at + 1]?.kind === 'table' && endsOpen(blocks[at]);
  return blocks.map((block, at) => {
    switch (block.kind) {
      case 'prose':
        return isCaption(at) ? null : html`<p>${linked(block.text, links)}</p>`;
      case 'points':
        return pointsOf(block.points, links);
      case 'command':
        return commandOf(block);
      default: {
        tables++;
        const before = blocks[at - 1];
        const shown = before?.kind === 'prose' && endsOpen(before) ? before.text : null;
        return tableOf(block, { title: `${title}, table ${tables}`, caption: shown, links });
      }
    }
  });
}

/** A short line that leads to what comes next. */
const endsOpen = (block: Block | undefined): boolean =>
  block?.kind === 'prose' && block.text.endsWith(':');

export const pointsOf = (points: readonly (readonly [string, string])[], links: Links): Markup =>
  html`<dl>${points.map(
    ([label, text]) => html`<div><dt>${label}</dt><dd>${linked(text, links)}</dd></div>`,
  )}</dl>`;

const commandOf = ({ label, lines }: Block & { kind: 'command' }): Markup =>
  html`<dl><div><dt>${label}</dt><dd><pre><code>${lines.map(
    (line) => html`${line}\n`,
  )}</code></pre></dd></div></dl>`;

type Tabular = Exclude<Block, { kind: 'prose' | 'points' | 'command' }>;

interface Caption {
  /** Said, but not seen. */
  readonly title: string;
  /** Seen. */
  readonly caption: string | null;
  readonly links: Links;
}

interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

function gridOf(block: Tabular): Grid {
  switch (block.kind) {
    case 'table':
      return block;
    case 'answers':
      return {
        columns: [left(''), ...block.by.map(left)],
        rows: block.rows.map(([question, answers]) => [question, ...answers]),
      };
    case 'drawing':
      return { columns: block.heads.map(left), rows: block.rows };
  }
}

export function tableOf(block: Tabular, { title, caption, links }: Caption): Markup {
  const { columns, rows } = gridOf(block);
  const hasHeads = columns.some(({ head }) => head !== '');
  const wide = block.kind === 'table' ? block.wide : null;
  const classOf = (at: number) => {
    const classes = [
      ...(columns[at]?.align === 'right' ? ['n'] : []),
      ...(at === wide || block.kind === 'answers' ? ['w'] : []),
    ];
    return classes.length === 0 ? null : html` class="${classes.join(' ')}"`;
  };
  const head = ({ head: text }: Column, at: number) =>
    text === '' ? html`<td${classOf(at)}></td>` : html`<th scope="col"${classOf(at)}>${text}</th>`;
  const cell = (text: string, at: number) =>
    at === 0 && text.trim() !== ''
      ? html`<th scope="row"${classOf(at)}${deeper(text)}>${text.trim()}</th>`
      : html`<td${classOf(at)}>${linked(text, links)}</td>`;
  return scrolling(
    title,
    html`<table${block.kind === 'table' ? null : html` class="${block.kind}"`}>${
      caption === null
        ? html`<caption class="unseen">${title}</caption>`
        : html`<caption>${caption}</caption>`
    }${hasHeads ? html`<thead><tr>${columns.map(head)}</tr></thead>` : null}<tbody>${rows.map(
      (row) => html`<tr>${row.map(cell)}</tr>`,
    )}</tbody></table>`,
  );
}

/** The text has what belongs to the line above behind two spaces. */
const deeper = (text: string): Markup | null =>
  text.startsWith('  ') ? html` data-deeper=""` : null;

/** A section of the text report, as it is there. */
export const sectionOf = (section: Section, id: string, links: Links): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h3 id="${id}-title">${
    section.title
  }</h3>${laneOf(section.lane)}${blocksOf(section.blocks, { title: section.title, links })}</section>`;
