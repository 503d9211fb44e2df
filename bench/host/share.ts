// SPDX-License-Identifier: MIT
/** What asking for ids takes of a whole restore: experiments and restores of one machine, put together. */
import type { ExperimentRow, Figure } from './rows.ts';

export interface RestoreOf {
  /** "clone3", or a way of ns_last_pid. */
  readonly way: string;
  /** Directed calls for pids, and for ids of IPC objects. */
  readonly pids: number;
  readonly objects: number;
  /** Nanoseconds, whole. */
  readonly ns: number;
}

type Pair = readonly [from: string, to: string];

/** The pairs that together say what a way takes for one pid, and for one id. */
const FOR_PIDS: Readonly<Record<string, readonly Pair[]>> = {
  clone3: [['task, clone3', 'task, set_tid']],
  'ns_last_pid-locked': [
    ['task, clone', 'task, ns_last_pid'],
    ['task, ns_last_pid', 'task, locked'],
  ],
};
const FOR_IDS: Pair = ['msgget', 'msgget, kept'];

/**
 * As a share from 0 to 1, with the ends that the intervals of both experiments give together; noisy
 * where one of them is. Null where nothing says what a way takes.
 */
export function shareOfRestore(
  experiments: readonly ExperimentRow[],
  { way, pids, objects, ns }: RestoreOf,
): Figure | null {
  const forPids = FOR_PIDS[way];
  if (forPids === undefined || ns <= 0) return null;
  const figureOf = ([a, b]: Pair) => experiments.find(({ from, to }) => from === a && to === b)?.ns;
  const parts = [
    ...forPids.map((pair) => ({ times: pids, figure: figureOf(pair) })),
    { times: objects, figure: figureOf(FOR_IDS) },
  ].filter(({ times }) => times > 0);
  const sum = { estimate: 0, low: 0, high: 0 };
  for (const { times, figure } of parts) {
    if (figure === undefined) return null;
    if (figure.kind === 'noisy') return figure;
    // Less than nothing is nothing: a call does not get cheaper by asking.
    for (const end of ['estimate', 'low', 'high'] as const) {
      sum[end] += (times * Math.max(0, figure[end])) / ns;
    }
  }
  return { kind: 'measured', ...sum };
}
