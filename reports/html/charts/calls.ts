// SPDX-License-Identifier: MIT
/** Cost against the number of calls that one thread directs: of the model, and of the guest. */
import type { LedgerRow } from '../../../core/kernel/ledger.ts';
import { countIn, ROADS } from '../../costs.ts';
import { prose, right, table } from '../../document.ts';
import type { Result } from '../../result.ts';
import type { CostsResult } from '../../schema/costs.ts';
import { callsBlocks } from '../../sections/growth.ts';
import { blocksOf, type Links } from '../blocks.ts';
import { html, type Markup, type Part } from '../markup.ts';
import type { Canvas } from './canvas.ts';
import { figureOf } from './figure.ts';
import { type Line, lineChart, type Meeting } from './lines.ts';

type Counted = Pick<Result, 'calls' | 'breakEvens'>;

/** Of each call, what all of them come to. */
const COUNTED = [
  ['entries', 'kernel entries of each call'],
  ['copied', 'bytes copied of each call'],
] as const satisfies readonly (readonly [keyof LedgerRow, string])[];

export function modelCalls(canvas: Canvas, { calls, breakEvens }: Counted, links: Links): Markup {
  const title = 'Kernel work of a directed call, by how many one thread makes';
  const [, ...notes] = callsBlocks(calls, breakEvens);
  if (calls.length === 0) return html`<p>No directed calls of one thread were counted.</p>`;
  const each = ({ ledger, calls: many }: Counted['calls'][number], entry: keyof LedgerRow) => ({
    x: many,
    y: ledger[entry] / many,
  });
  const panels = COUNTED.map(([entry, heading]) => {
    const lines = [...new Set(calls.map(({ by }) => by))].map((by): Line => {
      const points = calls.filter((row) => row.by === by).map((row) => each(row, entry));
      return { name: by, of: by, points };
    });
    const meetings = breakEvens.flatMap(({ entry: of, against, from }): Meeting[] => {
      if (of !== entry || from === null || from === 1) return [];
      // Counts are far apart: where the other is next counted, it is as good as level.
      const other = lines.find(({ name }) => name === against)?.points;
      const there = other?.find(({ x }) => x >= from);
      return there === undefined ? [] : [{ x: from, y: there.y, text: `from ${from} on` }];
    });
    return {
      heading,
      drawing: lineChart(canvas, {
        ...{ lines, meetings },
        x: { isLog: true, label: 'directed calls', ticks: countsOf(calls) },
        y: { isLog: false, label: null, ticks: null },
        says: `Lines: ${heading}, by ${lines.map(({ name }) => name).join(', ')}. The table below has the numbers.`,
      }),
    };
  });
  return figureOf({
    ...{ id: 'figure-model-calls', title, lane: 'model, exact', panels, links },
    notes: blocksOf(notes, { title, links }),
    tables: callsBlocks(calls, breakEvens).slice(0, 1),
  });
}

const countsOf = (calls: Result['calls']): number[] => [
  ...new Set(calls.map(({ calls: many }) => many)),
];

const MANY = [1, 2, 3, 5, 10, 20, 50, 100, 1000];

/** What so many calls take in all: the first is cold, the others warm. */
type Course = (calls: number) => number;

interface Way {
  readonly head: string;
  readonly by: string;
  readonly sum: Course;
}

export function guestCalls(canvas: Canvas, costs: CostsResult | null, links: Links): Part {
  if (costs === null) {
    return html`<p>The guest's figures were left out of this result, so that none is drawn.</p>`;
  }
  const ways = ROADS.flatMap(({ by, head, design }): Way[] => {
    const row = countIn(costs, { built: design }, `msgget by ${by}, dense`);
    if (row === undefined) return [];
    return [{ head, by, sum: (calls) => row.cold + (calls - 1) * row.least }];
  });
  const title = 'Instructions of a directed msgget, by how many one process makes';
  const heading = 'instructions of each call, the first of them cold';
  const lines = ways.map(({ head, by, sum }): Line => {
    const points = MANY.map((x) => ({ x, y: sum(x) / x }));
    return { name: head, of: by, points };
  });
  const drawing = lineChart(canvas, {
    ...{ lines, meetings: [] },
    x: { isLog: true, label: 'directed calls', ticks: [1, 10, 100, 1000] },
    y: { isLog: true, label: null, ticks: null },
    says: `Lines: ${heading}, by ${ways.map(({ head }) => head).join(', ')}. The table below has the numbers.`,
  });
  const notes = [
    prose(
      'Two counts put together, and no third: a process pays what I3 has of the first call (cold) ' +
        'once, and what I1 has of one in a warm process for each further call. ' +
        `${evenOf(ways)} kept, openat: procfs by a descriptor of the file or of its directory that is kept.`,
    ),
  ];
  return figureOf({
    ...{ id: 'figure-guest-calls', title, lane: 'guest, exact; reference figures', links },
    panels: [{ heading, drawing }],
    notes: blocksOf(notes, { title, links }),
    tables: [
      table(
        [right('calls'), ...ways.map(({ head }) => right(head))],
        MANY.map((many) => [
          String(many),
          ...ways.map(({ sum }) => String(Math.round(sum(many) / many))),
        ]),
      ),
    ],
  });
}

/** Where a dearer start is made good. */
function evenOf(ways: readonly Way[]): string {
  const said = ways.flatMap((way) =>
    ways.flatMap((other) => {
      const [more, less] = [way.sum(1) - other.sum(1), slopeOf(other) - slopeOf(way)];
      if (more <= 0 || less <= 0) return [];
      return [
        `${way.head} takes no more than ${other.head} from ${1 + Math.ceil(more / less)} calls on`,
      ];
    }),
  );
  return said.length === 0
    ? 'No two of these lines cross: what is dearest for one call is so for any number.'
    : `Break-even: ${said.join('; ')}.`;
}

const slopeOf = ({ sum }: Way): number => sum(2) - sum(1);
