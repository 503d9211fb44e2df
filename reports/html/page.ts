// SPDX-License-Identifier: MIT
/**
 * The report as one file of HTML that fetches nothing, for a browser of any width and for paper.
 * First what is best seen, then all the rest of the text report, from the same sections.
 */
import { reportOf } from '../report.ts';
import type { Result } from '../result.ts';
import { claimGroups } from '../sections/claims.ts';
import { inShort } from '../sections/in-short.ts';
import { provenanceSection } from '../sections/provenance.ts';
import { labelsOf, raceSections } from '../sections/races.ts';
import { anchorsOf } from './anchors.ts';
import { blocksOf, type Links, laneOf, sectionOf } from './blocks.ts';
import { guestCalls, modelCalls } from './charts/calls.ts';
import { openCanvas } from './charts/canvas.ts';
import { sizes } from './charts/sizes.ts';
import { times } from './charts/times.ts';
import { claimsOf } from './claims.ts';
import { anchor, html } from './markup.ts';
import { matrixOf } from './matrix.ts';
import { schedulesOf } from './schedules.ts';
import { type Chapter, documentOf } from './shell.ts';

export async function renderHtml(result: Result): Promise<string> {
  const { title, sections } = reportOf(result);
  const canvas = await openCanvas();
  const label = labelsOf(result.races, 'best forms');
  const anchors = anchorsOf(result.races);
  const short = inShort(result);
  const provenance = provenanceSection(result.provenance);
  const above = new Set([
    ...[short, provenance, ...raceSections(result.races, 'best forms')].map((one) => one.title),
    ...claimGroups(result.claims).map((group) => group.title),
  ]);
  const rest = sections
    .filter((section) => !above.has(section.title))
    .map((section) => ({ section, id: labelOf(section.title) ?? anchor(section.title) }));
  const links: Links = new Map([
    ...rest.flatMap(({ section, id }) =>
      labelOf(section.title) === null ? [] : [[id, id] as const],
    ),
    ['S', 'scenarios'],
    ['S0', 'S0'],
  ]);
  const place = { title: short.title, links };
  const chapters: readonly Chapter[] = [
    {
      ...{ id: 'in-short', title: 'In short' },
      content: [laneOf(short.lane), blocksOf(short.blocks, place)],
    },
    { id: 'claims', title: 'Claims of the thread', content: claimsOf(result.claims, links) },
    {
      ...{ id: 'calls', title: 'Cost by number of calls' },
      content: [modelCalls(canvas, result, links), guestCalls(canvas, result.costs, links)],
    },
    {
      ...{ id: 'sizes', title: 'Size, and the next call' },
      content: sizes(canvas, result.costs, links),
    },
    {
      ...{ id: 'times', title: 'Times, with their intervals' },
      content: times(canvas, result.times, links),
    },
    {
      ...{ id: 'scenarios', title: 'What can go wrong' },
      content: matrixOf(result.races, { label, anchors, links }),
    },
    {
      ...{ id: 'schedules', title: 'Schedules that fail' },
      content: schedulesOf(result.races, { label, anchors, links }),
    },
    {
      ...{ id: 'rest', title: 'The rest of the report' },
      content: [
        html`<ul class="contents">${rest.map(
          ({ section, id }) => html`<li><a href="#${id}">${section.title}</a></li>`,
        )}</ul>`,
        rest.map(({ section, id }) => sectionOf(section, id, links)),
      ],
    },
    {
      ...{ id: 'provenance', title: 'Provenance' },
      content: blocksOf(provenance.blocks, { ...place, title: provenance.title }),
    },
  ];
  return documentOf(title, chapters);
}

/** What the text calls it by, such as T1. */
const labelOf = (title: string): string | null => /^([A-Z]\d?) {2}/.exec(title)?.[1] ?? null;
