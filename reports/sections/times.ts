// SPDX-License-Identifier: MIT
/** H2: what mainline's relatives cost, and what has none. */

import { shareOfRestore } from '../../bench/host/share.ts';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { RealRestores } from '../schema/restores.ts';
import type { TimesResult, TimesRun } from '../schema/times.ts';

type Figure = TimesRun['subjects'][number]['ns'];

export function timesSection(times: TimesResult, restores: RealRestores | null): Section {
  return {
    title: "H2  WHAT MAINLINE'S RELATIVES COST",
    lane: 'host, timed',
    blocks: [
      ...(times.kind === 'not run'
        ? [prose(`Not run: ${times.reason}.`)]
        : [...measured(times), ...shares(times, restores)]),
      ...RELATIVES,
    ],
  };
}

function measured(times: TimesRun): Block[] {
  const { subjects, blocks, seed, leftOut, conditions } = times;
  const percent = confidenceOf(times);
  return [
    prose(
      'A call as a multiple of the null call, getppid(), which travels between machines; then in ' +
        `nanoseconds, which do not. In brackets the ${percent} confidence interval of the estimate of ` +
        `Hodges and Lehmann, over ${blocks} blocks (seed ${seed}).`,
    ),
    subjectTable(times),
    prose('What each of a pair takes beyond the other, which differs from it in one thing:'),
    experimentTable(times),
    prose(
      `${subjects.map(({ name, does }) => `${name}: ${does}`).join('; ')}. ` +
        'Calls are tapes: recorded from the same programs that run on the model, and played by one ' +
        'loop in C, what it takes without its calls ' +
        `(${emptyOf(subjects)} ns an operation) subtracted. Directed calls ask for the ids that plain ` +
        'ones are given, two by two in the other order, and each is checked. A block is a fresh ' +
        'image of random layout, which plays all in a random order and then backwards, each by a ' +
        'fresh process in fresh pid and IPC namespaces, on one CPU; of the laps of a play the 20th ' +
        'percentile counts. A/A: half of the interval of an operation against itself. noisy: an ' +
        'interval that is wider than 10 % to each side, or an operation that differs from itself ' +
        '(!), or may by as much.',
    ),
    ...conditions.map(prose),
    ...leftOut.map(({ name, reason }) => prose(`Not here: ${name}, as ${reason}.`)),
  ];
}

export const confidenceOf = ({ confidence }: TimesRun): string =>
  `${Math.round(100 * confidence)} %`;

export const subjectTable = (times: TimesRun): Block =>
  table(
    [
      ...[left('operation'), right('null calls'), right(`[${confidenceOf(times)}]`)],
      ...[right('ns'), right('A/A')],
    ],
    times.subjects.map(({ name, nullCalls, ns, itself }) => [
      name,
      ...cells(nullCalls),
      short(ns),
      itself === null
        ? '-'
        : `${(100 * itself.halfWidth).toFixed(1)} %${itself.isSame ? '' : ' !'}`,
    ]),
    0,
  );

export const experimentTable = (times: TimesRun): Block =>
  table(
    [
      ...[left('from'), left('to'), right('null calls'), right(`[${confidenceOf(times)}]`)],
      right('ns'),
    ],
    times.experiments.map(({ from, to, nullCalls, ns }) => [
      ...[from, to],
      ...cells(nullCalls),
      short(ns),
    ]),
    0,
  );

/** Third: what these differences come to in a whole restore. */
function shares({ experiments }: TimesRun, restores: RealRestores | null): Block[] {
  if (restores?.kind !== 'run') return [];
  const parts = restores.restores.flatMap(({ capture, objects, rows }) =>
    rows.flatMap(({ way, workers, directed, times }) => {
      if (times === null || workers > 1) return [];
      const restore = { way, pids: directed - objects, objects, ns: times.whole.median };
      const share = shareOfRestore(experiments, restore);
      return share === null ? [] : [`${capture} by ${way} ${percentOf(share)}`];
    }),
  );
  if (parts.length === 0) return [];
  return [
    prose(
      `Of a whole restore (H3), asking for pids and ids takes: ${parts.join('; ')}. These are the ` +
        'differences above, times the directed calls of the restore.',
    ),
  ];
}

const percentOf = (share: Figure): string =>
  share.kind === 'noisy'
    ? 'noisy'
    : `${(100 * share.estimate).toFixed(1)} % [${(100 * share.low).toFixed(1)}, ${(100 * share.high).toFixed(1)}]`;

const emptyOf = (subjects: TimesRun['subjects']): string => {
  const all = subjects.map(({ emptyNs }) => emptyNs);
  return `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
};

const number = (value: number): string => {
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const cells = (figure: Figure): [string, string] =>
  figure.kind === 'noisy'
    ? ['noisy', '']
    : [number(figure.estimate), `[${number(figure.low)}, ${number(figure.high)}]`];

const short = (figure: Figure): string =>
  figure.kind === 'noisy' ? 'noisy' : figure.estimate.toFixed(0);

/** What the designs have in mainline kernels: facts of their sources, not of this one. */
const RELATIVES: readonly Block[] = [
  prose('What stands for each design in mainline kernels; where none does, the lane guest tells:'),
  table(
    [left(''), left('with_id'), left('procfs'), left('setter'), left('indirect')],
    [
      ['pid', 'set_tid', 'ns_last_pid *', 'guest', 'guest'],
      ['IPC id', 'guest', '*_next_id *', 'guest', 'guest'],
      ['IPC state', 'guest', 'guest', 'guest', 'guest'],
      ['timer id', 'guest', 'guest', 'prctl +', 'guest'],
      ['a name', '-', 'comm', 'PR_SET_NAME', 'guest'],
    ],
  ),
  prose(
    'guest: in no mainline kernel, neither as a call of its own, a file or setter of each thread, nor ' +
      'as sys_indirect(); counted in patched kernels (I). *: one for a namespace, so ' +
      'that it races (H1). +: a mode of the process; the id is in the call.',
  ),
];
