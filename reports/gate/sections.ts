// SPDX-License-Identifier: MIT
/** A gate for people: what it comes to, and each thing that changed with what it is of. */
import { TITLES } from '../../bench/gate/sections.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import { plural } from '../words.ts';
import type {
  FindingResult,
  Gate,
  JudgedLane,
  Outcome,
  TimedResult,
  TimedRowResult,
} from './outcome.ts';

const HEADS: Readonly<Record<Outcome, string>> = {
  fine: 'FINE',
  regression: 'A REGRESSION, or a change that nobody has accepted yet',
  noisy: 'COULD NOT JUDGE: this machine is too noisy',
  incomplete: 'INCOMPLETE: not all was compared, which is no pass',
};

/** Findings of a lane that are shown; the JSON has all. */
const MOST = 40;

const LANES_OF_TIMES: Readonly<Record<TimedResult['section'], string>> = {
  model: "model, this suite's own speed",
  agent: "host, this suite's own speed",
  guest: 'guest, by hardware',
};

export function gateSections(gate: Gate): Section[] {
  return [
    { title: `GATE  ${HEADS[gate.outcome]}`, lane: null, blocks: summary(gate) },
    ...gate.lanes.map(
      (lane): Section => ({
        title: `EXACT FIGURES, ${lane.lane}`,
        lane: `${lane.lane}, exact`,
        blocks: laneBlocks(lane),
      }),
    ),
    ...gate.timed.map(
      (timed): Section => ({
        title: `TIMES, ${TITLES[timed.section]}`,
        lane: LANES_OF_TIMES[timed.section],
        blocks: timedBlocks(timed),
      }),
    ),
  ];
}

function summary(gate: Gate): Block[] {
  const { baseline, lanes, against, timed, exitCode, version, commit, seed } = gate;
  const accept = lanes.some((lane) => 'findings' in lane && lane.findings.length > 0);
  const points: [string, string][] = [
    ...lanes.map((lane): [string, string] => [lane.lane, laneInShort(lane)]),
    ...timed.map((one): [string, string] => [TITLES[one.section], timedInShort(one)]),
    ...(baseline === null ? [] : [['baseline', baseline] as [string, string]]),
    ...(against === null ? [] : [['against', against] as [string, string]]),
    ['of', `Sideband ${version}, ${commit}, seed ${seed}`],
    ['exit code', String(exitCode)],
  ];
  return [
    { kind: 'points', points },
    ...(accept && baseline !== null
      ? [
          {
            kind: 'command' as const,
            label: 'to accept',
            lines: [`sideband baseline write ${baseline} \\`, "  --because 'REASON'"],
          },
        ]
      : []),
  ];
}

export function laneInShort(lane: JudgedLane): string {
  switch (lane.kind) {
    case 'equal':
      return `all ${lane.figures} figures are equal`;
    case 'differs':
      return countsOf(lane.findings);
    case 'not comparable':
      return `not comparable, as ${lane.why}`;
    case 'not run':
      return `not run: ${lane.why}`;
  }
}

function countsOf(findings: readonly FindingResult[]): string {
  const of = (kind: FindingResult['kind']) => findings.filter((one) => one.kind === kind).length;
  const parts = [
    [of('changed'), 'changed'],
    [of('added'), 'in no baseline yet'],
    [of('removed'), 'missing'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${plural(count, 'figure')} ${what}`)
    .join(', ');
}

export function timedInShort(timed: TimedResult): string {
  if (timed.kind === 'not run' || timed.kind === 'left out') return `${timed.kind}: ${timed.why}`;
  if (timed.kind === 'void') return 'void: the base differs from itself here';
  const of = (verdict: TimedRowResult['verdict']) =>
    timed.rows.filter((row) => row.verdict === verdict).length;
  const { added, removed, unequal } = timed;
  return [
    ...(['slower', 'faster', 'same', 'noisy'] as const)
      .filter((verdict) => of(verdict) > 0)
      .map((verdict) => `${of(verdict)} ${verdict}`),
    ...(added.length > 0 ? [`new: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`missing: ${removed.join(', ')}`] : []),
    ...(unequal.length > 0 ? [`unequal work: ${unequal.join('; ')}`] : []),
  ].join(', ');
}

function laneBlocks(lane: JudgedLane): Block[] {
  const said = prose(`${laneInShort(lane)}.`);
  const findings = 'findings' in lane ? lane.findings : [];
  const rest = findings.length - MOST;
  return [
    said,
    ...findings.slice(0, MOST).map((finding) => prose(`- ${sentenceOf(finding)}`)),
    ...(rest > 0 ? [prose(`- and ${rest} more (--json has all)`)] : []),
  ];
}

/** What changed, as one sentence. */
export function sentenceOf(finding: FindingResult): string {
  const { row, figure, meaning } = finding;
  const what = `${row}: ${figure} (${meaning})`;
  switch (finding.kind) {
    case 'changed':
      return `${what} was ${finding.was} and is ${finding.is}`;
    case 'added':
      return `${what} is ${finding.is}, and in no baseline yet`;
    case 'removed':
      return `${what} was ${finding.was}, and is not there any more`;
  }
}

function timedBlocks(timed: TimedResult): Block[] {
  if (timed.kind === 'not run' || timed.kind === 'left out') {
    return [prose(`${timedInShort(timed)}.`)];
  }
  const rows = timed.kind === 'void' ? [] : timed.rows;
  const lines = [
    ...rows.map((row) => lineOf(row.name, row)),
    lineOf(`base and base, ${timed.control.name}`, timed.control),
  ];
  return [
    ...(timed.kind === 'void'
      ? [prose('Void: the base differs from itself here, and so nothing follows for others.')]
      : []),
    table(
      [
        left('row'),
        left('verdict'),
        right('change'),
        right('99 % interval'),
        right('blocks'),
        right(timed.section === 'guest' ? '1000 ticks' : 'us'),
      ],
      lines,
    ),
    ...(timed.kind === 'judged' && timed.added.concat(timed.removed, timed.unequal).length > 0
      ? [prose(`${timedInShort(timed)}.`)]
      : []),
  ];
}

function lineOf(name: string, { verdict, ratio, blocks, ns }: TimedRowResult): string[] {
  return [
    name,
    verdict,
    ratio === null ? '-' : percent(ratio.estimate),
    ratio === null ? '-' : `${percent(ratio.low)} to ${percent(ratio.high)}`,
    String(blocks),
    (ns / 1000).toFixed(1),
  ];
}

/** Of a logarithm. */
export function percent(logarithm: number): string {
  const value = 100 * Math.expm1(logarithm);
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} %`;
}
