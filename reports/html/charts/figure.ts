// SPDX-License-Identifier: MIT
/** A figure: what it is of, its lane, its drawings side by side, and the same numbers as tables. */
import type { Block } from '../../document.ts';
import { blocksOf, type Links, laneOf } from '../blocks.ts';
import { html, type Markup, type Part } from '../markup.ts';

export interface Panel {
  readonly heading: string;
  readonly drawing: Markup;
}

interface Figure {
  readonly id: string;
  readonly title: string;
  readonly lane: string;
  readonly panels: readonly Panel[];
  /** Below the drawings. */
  readonly notes: Part;
  readonly tables: readonly Block[];
  readonly links: Links;
}

export const figureOf = ({ id, title, lane, panels, notes, tables, links }: Figure): Markup =>
  html`<figure id="${id}"><figcaption><h3>${title}</h3>${laneOf(
    lane,
  )}</figcaption><div class="panels">${panels.map(
    ({ heading, drawing }) =>
      html`<div class="panel"><p class="heading">${heading}</p>${drawing}</div>`,
  )}</div>${notes}<details class="numbers"><summary>The same numbers as a table</summary>${blocksOf(
    tables,
    { title: `Numbers of: ${title}`, links },
  )}</details></figure>
`;
