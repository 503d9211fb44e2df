// SPDX-License-Identifier: MIT
/** What runs of prove.ts come to. */
import { binomialDistribution, bisect, sum } from 'simple-statistics';
import * as v from 'valibot';
import { USUAL } from './usual.ts';

const Interval = v.nullable(v.tuple([v.number(), v.number()]));
const Said = v.array(v.picklist(USUAL));

const ProofRowSchema = v.strictObject({
  name: v.string(),
  verdict: v.picklist(['slower', 'faster', 'same', 'noisy', 'void']),
  /** Of the first round. */
  blocks: v.number(),
  /** Ends of the first round's interval, and of the second's if there was one; in logarithms. */
  first: Interval,
  second: Interval,
  /** Who of the usual says "slower" of this run's times. */
  now: Said,
  /** And of those of its candidate and the base of the run before; null if there was none. */
  kept: v.nullable(Said),
});

export const ProofRunSchema = v.strictObject({
  run: v.number(),
  /** Percent that the candidate had to do besides. */
  more: v.number(),
  seconds: v.number(),
  rows: v.array(ProofRowSchema),
});

export type ProofRow = v.InferOutput<typeof ProofRowSchema>;
export type ProofRun = v.InferOutput<typeof ProofRunSchema>;

export const proofOf = (text: string): ProofRun[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(ProofRunSchema, JSON.parse(line)));

/** One-sided. */
const CONFIDENCE = 0.95;
const STEPS = 60;

/** Clopper and Pearson's, of a rate by which `count` of so many were seen. */
export function upperBound(count: number, of: number): number {
  if (count === of) return 1;
  const beyond = (rate: number) =>
    sum(binomialDistribution(of, rate)?.slice(0, count + 1) ?? []) - (1 - CONFIDENCE);
  return bisect(beyond, count / of + Number.EPSILON, 1 - Number.EPSILON, STEPS, 1e-9);
}

const isVoid = ({ rows }: ProofRun): boolean => rows.some(({ verdict }) => verdict === 'void');
const isSlower = ({ verdict }: ProofRow): boolean => verdict === 'slower';
const judgedOf = (runs: readonly ProofRun[]): ProofRun[] => runs.filter((run) => !isVoid(run));
const rowsOf = (runs: readonly ProofRun[]): ProofRow[] =>
  judgedOf(runs).flatMap(({ rows }) => rows);
const alarmsOf = (runs: readonly ProofRun[]): number =>
  judgedOf(runs).filter(({ rows }) => rows.some(isSlower)).length;

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const middle = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? 0;
/** Where nothing was run or judged. */
const NONE = '-';
const percent = (rate: number, digits: number): string => `${(100 * rate).toFixed(digits)} %`;
const share = (count: number, of: number): string =>
  of === 0 ? NONE : `${count} of ${of} (${percent(count / of, 1)})`;

/** What is proved with 95 %: that not more are found than so many, or not fewer. */
const boundOf = ([one]: readonly ProofRun[], count: number, of: number): string =>
  one?.more === 0
    ? `at most ${percent(upperBound(count, of), 2)}`
    : `at least ${percent(1 - upperBound(of - count, of), 2)}`;

type Figure = readonly [name: string, of: (runs: readonly ProofRun[]) => string];

const FIGURES: readonly Figure[] = [
  ['runs', (runs) => String(runs.length)],
  ['of these void', (runs) => share(runs.filter(isVoid).length, runs.length)],
  ['runs that alarm', (runs) => share(alarmsOf(runs), judgedOf(runs).length)],
  ['that is of all such', (runs) => boundOf(runs, alarmsOf(runs), judgedOf(runs).length)],
  ...(['slower', 'same', 'noisy', 'faster'] as const).map(
    (verdict): Figure => [
      `rows \`${verdict}\``,
      (runs) => shareOfRows(runs, (row) => row.verdict === verdict),
    ],
  ),
  [
    '`slower` of all such',
    (runs) => boundOf(runs, rowsOf(runs).filter(isSlower).length, rowsOf(runs).length),
  ],
  [
    'blocks of a row, median and most',
    (runs) => {
      const blocks = sorted(rowsOf(runs).map((row) => row.blocks));
      return `${middle(blocks)} and ${blocks.at(-1)}`;
    },
  ],
  [
    'seconds a row, median',
    (runs) => middle(runs.map(({ seconds, rows }) => seconds / rows.length)).toFixed(1),
  ],
];

const BESIDE: readonly Figure[] = [
  ['this rule', (runs) => shareOfRows(runs, isSlower)],
  ...USUAL.map(
    (usual): Figure => [
      `${usual}, taking turns`,
      (runs) => shareOfRows(runs, ({ now }) => now.includes(usual)),
    ],
  ),
  ...USUAL.map(
    (usual): Figure => [
      `${usual}, base of the run before`,
      (runs) => {
        const kept = rowsOf(runs).flatMap((row) => (row.kept === null ? [] : [row.kept]));
        return share(kept.filter((said) => said.includes(usual)).length, kept.length);
      },
    ],
  ),
];

function shareOfRows(runs: readonly ProofRun[], is: (row: ProofRow) => boolean): string {
  const rows = rowsOf(runs);
  return share(rows.filter(is).length, rows.length);
}

/** The tables of docs/gate.md, in Markdown. */
export function proofTables(runs: readonly ProofRun[]): string {
  const same = runs.filter(({ more }) => more === 0);
  const slower = runs.filter(({ more }) => more > 0);
  const cell = (of: Figure[1], runs: readonly ProofRun[]) => (runs.length === 0 ? NONE : of(runs));
  const table = (head: string, figures: readonly Figure[]) => [
    `| ${head} | unchanged | +3 % |`,
    '|---|---|---|',
    ...figures.map(([name, of]) => `| ${name} | ${cell(of, same)} | ${cell(of, slower)} |`),
  ];
  return [...table('', FIGURES), '', ...table('says "slower" of a row', BESIDE), ''].join('\n');
}
