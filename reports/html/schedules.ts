// SPDX-License-Identifier: MIT
/**
 * Every schedule that fails, as a table to be read as it is; viewer.js steps through these same
 * tables, of which it asks for `data-step`, `data-thread` and `data-cell` and nothing else.
 */
import { isOfBestForm } from '../hazards.ts';
import type { Drawing, RaceRow } from '../result.ts';
import {
  counterexampleHead,
  drawnRows,
  endBlocks,
  nthOf,
  ruleBlock,
  runOf,
} from '../sections/counterexamples.ts';
import type { Label } from '../sections/races.ts';
import type { Anchors } from './anchors.ts';
import { blocksOf, type Links, laneOf, scrolling } from './blocks.ts';
import { html, type Markup, type Part } from './markup.ts';

interface Schedules {
  readonly label: Label;
  readonly anchors: Anchors;
  readonly links: Links;
}

export function schedulesOf(rows: readonly RaceRow[], { label, anchors, links }: Schedules): Part {
  const failing = [...anchors.keys()];
  if (failing.length === 0) return html`<p>No schedule fails, so that there is none to show.</p>`;
  const drawn = drawnRows(rows, 'best forms');
  const scenarios = [...new Set(failing.map(({ scenario }) => scenario))];
  const one = (row: RaceRow) => {
    const id = anchors.get(row) ?? '';
    const of = drawn.includes(row) ? 'best forms' : 'all';
    // S1 is of one row; another that fails the same scenario is drawn beside it, unnumbered.
    const name = of === 'best forms' ? (label(row) ?? 'F') : 'F';
    return scheduleOf(row, rows, { id, name, of, links });
  };
  return html`${HOW_TO_READ}${CONTROLS}<div class="schedules">${scenarios.map((scenario) => {
    const of = failing.filter((row) => row.scenario === scenario);
    const best = of.filter(isOfBestForm);
    const sorted = [...best, ...of.filter((row) => !best.includes(row))];
    return html`<section class="scenario"><h3>${scenario}</h3>${sorted.map(one)}</section>`;
  })}</div>`;
}

const HOW_TO_READ: Markup = html`<p>A column is a task, and time runs downwards; steps that nothing is to be said of are left out. (*) marks the steps that race, WRONG the last of the task that comes to harm. The last column is the cell that is contested, with its value where a step writes it.</p>
<p class="on-paper">On paper there is one schedule of each scenario that a best form fails; on a screen, all that fail.</p>`;

/** Shown by the script, without which they would do nothing. */
const CONTROLS: Markup = html`<div class="viewer" hidden>
<p class="choice"><label for="viewer-choice">Schedule</label> <select id="viewer-choice"></select></p>
<p class="buttons" role="group" aria-label="Step through the schedule">
<button type="button" data-go="first">First</button>
<button type="button" data-go="back">Back</button>
<button type="button" data-go="next">Next</button>
<button type="button" data-go="last">Last</button>
<span class="keys">or click a step; arrow keys, Home and End in the table</span></p>
<dl class="now"><div><dt data-now="contested"></dt><dd data-now="cell"></dd></div></dl>
<p class="said-aloud" aria-live="polite" aria-atomic="true"></p>
</div>`;

interface Named {
  readonly id: string;
  readonly name: string;
  readonly of: 'best forms' | 'all';
  readonly links: Links;
}

function scheduleOf(
  row: RaceRow,
  rows: readonly RaceRow[],
  { id, name, of, links }: Named,
): Markup | null {
  const { counterexample } = row;
  if (counterexample === null) return null;
  const { title, lane } = counterexampleHead(name, row);
  const place = { title, links };
  return html`<details class="schedule${of === 'best forms' ? ' drawn' : ''}" id="${id}"><summary>${title}</summary>${laneOf(
    lane,
  )}${blocksOf([ruleBlock(row, rows, of)], place)}${stepsOf(counterexample, title)}${blocksOf(
    endBlocks(counterexample, runOf(row)),
    place,
  )}</details>
`;
}

/** What each thread does, one beside the other; where the contested cell is written, its value. */
function stepsOf(drawing: Drawing, title: string): Markup {
  const { threads, contested, drawn } = drawing;
  return scrolling(
    `Steps of ${title}`,
    html`<table class="steps"><caption class="unseen">${title}</caption><thead><tr><th scope="col">step</th>${threads.map(
      ({ name, role }) => html`<th scope="col">task ${name} (${role})</th>`,
    )}${contested === null ? null : html`<th scope="col" data-contested="">${contested}</th>`}</tr></thead><tbody>${drawn.map(
      (step) => {
        const nth = nthOf(drawing, step);
        return html`<tr data-step="${step.step}" data-thread="${step.thread}"><th scope="row">${step.step}</th>${threads.map(
          (_, at) => (at === nth ? html`<td>${doneIn(step)}</td>` : html`<td></td>`),
        )}${contested === null ? null : html`<td data-cell="">${step.cell}</td>`}</tr>`;
      },
    )}</tbody></table>`,
  );
}

const doneIn = ({ text, racing, wrong }: Drawing['drawn'][number]): Markup =>
  html`${text}${racing ? html` <span class="racing">(*)</span>` : null}${
    wrong ? html` <strong class="bad">WRONG</strong>` : null
  }`;
