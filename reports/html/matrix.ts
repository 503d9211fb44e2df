// SPDX-License-Identifier: MIT
/** Scenarios by strategies; each cell that fails leads to the schedule. */
import { asked, fails, isUnsettled } from '../hazards.ts';
import type { RaceRow } from '../result.ts';
import {
  counts,
  groupsOf,
  inShort,
  type Label,
  legend,
  overview,
  questions,
  type RaceGroup,
} from '../sections/races.ts';
import type { Anchors } from './anchors.ts';
import { blocksOf, type Links, laneOf, scrolling, sectionOf } from './blocks.ts';
import { html, type Markup, type Part } from './markup.ts';

interface Matrix {
  readonly label: Label;
  readonly anchors: Anchors;
  readonly links: Links;
}

export function matrixOf(rows: readonly RaceRow[], { label, anchors, links }: Matrix): Part {
  const { title, lane } = overview(rows, label);
  const place = { title, links };
  return [
    html`<h3>${title}</h3>${laneOf(lane)}${blocksOf(legend(rows), place)}`,
    groupsOf(rows).map((group) => groupTable(group, label, anchors)),
    blocksOf(counts(rows), place),
    sectionOf(questions(rows), 'S0', links),
  ];
}

/** With more strategies than these, their names are written upwards. */
const MOST_ACROSS = 6;

function groupTable({ title, rows }: RaceGroup, label: Label, anchors: Anchors): Markup {
  const strategies = [...new Set(rows.map(({ strategy }) => strategy))];
  const kinds = (['hazard', 'virtue'] as const).filter((kind) =>
    rows.some(({ scenarioKind }) => scenarioKind === kind),
  );
  const heading = { hazard: 'hazard, to be survived', virtue: 'virtue, to be had' };
  const upwards = strategies.length > MOST_ACROSS ? ' upwards' : '';
  return scrolling(
    `${title}: scenarios by strategies`,
    html`<table class="matrix${upwards}"><caption>${title}</caption><thead><tr><th scope="col">${'scenario'}</th><th scope="col">in</th>${strategies.map(
      (name) => html`<th scope="col"><span>${name}</span></th>`,
    )}</tr></thead>${kinds.map((kind) => {
      const ofKind = rows.filter(({ scenarioKind }) => scenarioKind === kind);
      return html`<tbody><tr><th scope="rowgroup" colspan="${strategies.length + 2}">${
        heading[kind]
      }</th></tr>${linesOf(ofKind, strategies, label, anchors)}<tr class="sum"><th scope="row">${'fails'}</th><td></td>${strategies.map(
        (strategy) => {
          const all = asked(rows, strategy, kind);
          return html`<td>${all.asked === 0 ? '-' : all.failed.length}</td>`;
        },
      )}</tr></tbody>`;
    })}</table>`,
  );
}

function linesOf(
  rows: readonly RaceRow[],
  strategies: readonly string[],
  label: Label,
  anchors: Anchors,
): Part {
  const scenarios = [...new Set(rows.map(({ scenario }) => scenario))];
  return scenarios.map((scenario) => {
    const of = rows.filter((row) => row.scenario === scenario);
    const cells = strategies.map((strategy) => {
      const row = of.find((each) => each.strategy === strategy);
      return row === undefined ? html`<td>-</td>` : cellOf(row, label, anchors);
    });
    const context = of[0]?.context === 'restarter' ? 'R' : 'G';
    return html`<tr><th scope="row">${scenario}</th><td>${context}</td>${cells}</tr>`;
  });
}

function cellOf(row: RaceRow, label: Label, anchors: Anchors): Markup {
  const text = inShort(row, label);
  const to = anchors.get(row);
  if (fails(row) && to !== undefined) {
    // A number is no verdict to whoever has not read the legend.
    const isNumbered = label(row) !== null;
    return html`<td class="bad"><a href="#${to}">${isNumbered ? `F ${text}` : text}</a></td>`;
  }
  return html`<td class="${isUnsettled(row) ? 'open' : 'good'}">${text}</td>`;
}
