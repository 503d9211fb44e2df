// SPDX-License-Identifier: MIT
/**
 * A gate for GitHub Actions: a job summary, and annotations as workflow commands
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). And its exact costs
 * in the form that github-action-benchmark keeps a history of, as customSmallerIsBetter.
 */

import { TITLES } from '../../bench/gate/sections.ts';
import { renderMarkdown } from '../markdown.ts';
import type { Figures } from './figures.ts';
import type { Lane } from './lanes.ts';
import { meaningOf } from './meaning.ts';
import type { Gate } from './outcome.ts';
import { gateSections, laneInShort, percent, sentenceOf, timedInShort } from './sections.ts';

export const summaryOf = (gate: Gate): string =>
  renderMarkdown({ title: 'Sideband', sections: gateSections(gate) });

/** GitHub shows ten of a step. */
const MOST = 10;

/** A line each, for standard output. */
export function annotationsOf(gate: Gate): string[] {
  const lanes = gate.lanes.flatMap((lane) => {
    if (lane.kind === 'differs') {
      return lane.findings.map((finding) =>
        annotation(
          finding.kind === 'changed' ? 'error' : 'warning',
          finding.row,
          sentenceOf(finding),
        ),
      );
    }
    if (lane.kind === 'equal') return [];
    return [annotation('warning', `lane ${lane.lane}`, laneInShort(lane))];
  });
  const timed = gate.timed.flatMap((one) => {
    const slower =
      one.kind === 'judged' ? one.rows.filter(({ verdict }) => verdict === 'slower') : [];
    const rows = slower.map(({ name, does, ratio }) =>
      annotation(
        'error',
        name,
        `${does}: slower by ${ratio === null ? '?' : `${percent(ratio.low)} to ${percent(ratio.high)}`}`,
      ),
    );
    return one.kind === 'judged' || one.kind === 'left out'
      ? rows
      : [annotation('warning', TITLES[one.section], timedInShort(one))];
  });
  return [...lanes, ...timed].slice(0, MOST);
}

const annotation = (level: 'error' | 'warning', title: string, text: string): string =>
  `::${level} title=${property(`Sideband: ${title}`)}::${data(text)}`;

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

export interface BenchmarkFigure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** Rows of which less is better, by what they are of. */
const COSTS: Readonly<Record<Lane, RegExp>> = {
  model: /^(ledger of|\d+ calls of|restart of \d+ generated)/,
  host: /^$/,
  guest: /^kernel /,
};

/** Figures that were counted and are a cost. */
export function benchmarkFigures(lane: Lane, figures: Figures): BenchmarkFigure[] {
  return Object.entries(figures).flatMap(([row, ofRow]) =>
    !COSTS[lane].test(row)
      ? []
      : Object.entries(ofRow).flatMap(([figure, value]) =>
          typeof value === 'number'
            ? [{ name: `${row}: ${figure}`, unit: meaningOf(lane, row, figure), value }]
            : [],
        ),
  );
}
