// SPDX-License-Identifier: MIT
/**
 * Captures restored on the kernel below by what mainline has, with real tasks, and verified: the tree
 * that stands in the end is captured and compared field by field. Each run is in fresh namespaces;
 * runs of different ways take turns, so that what drifts meets them all.
 */
import { median } from 'simple-statistics';
import { InputError } from '../../core/input-error.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Capture } from '../../core/restart/capture.ts';
import { compareCaptures } from '../../core/restart/compare.ts';
import { ipcNamespaces } from '../../core/restart/ipc-namespaces.ts';
import type { Workers } from '../../core/restart/programs.ts';
import type { Difference } from '../../core/restart/result.ts';
import type { Agent } from '../host/agent.ts';
import { beyond, type Limits, readLimits } from './limits.ts';
import { captureStanding, encodeScore, play, type Standing, tearDown } from './play.ts';
import { type Score, scoreOf } from './score.ts';
import { withoutState } from './stateless.ts';
import { CLONE3_WAY } from './ways.ts';

export interface Subject {
  readonly name: string;
  readonly capture: Capture;
}

export type RealEnd =
  | { readonly kind: 'restored'; readonly fields: number }
  | { readonly kind: 'different'; readonly difference: Difference }
  | { readonly kind: 'refused' | 'not run'; readonly reason: string };

export interface Nanoseconds {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface RealRow {
  readonly way: string;
  /** Threads of each task that forked its children at once. */
  readonly workers: number;
  readonly directed: number;
  readonly end: RealEnd;
  /** Null where nothing was restored. */
  readonly times: {
    readonly runs: number;
    /** From before the first fork to when all had arrived. */
    readonly whole: Nanoseconds;
    /** From before the first fork to when all had got there, the median. */
    readonly stages: { readonly name: string; readonly ns: number }[];
    /** Until all of it was gone again, the median. */
    readonly goneNs: number;
  } | null;
}

export interface RealRestore {
  readonly capture: string;
  readonly source: string;
  readonly tasks: number;
  readonly threads: number;
  readonly objects: number;
  /** Fields of state that no call of mainline sets. */
  readonly left: number;
  readonly rows: RealRow[];
}

export interface Restoring {
  readonly ways: readonly Strategy[];
  readonly workers: readonly number[];
  readonly runs: number;
  readonly onRun?: (what: string) => void;
  readonly interrupted?: () => boolean;
}

/** @throws InputError where the agent fails, or no order of calls leads to a tree */
export async function restoreAll(
  agent: Agent,
  subjects: readonly Subject[],
  how: Restoring,
): Promise<RealRestore[]> {
  const limits = await readLimits(agent);
  const restores: RealRestore[] = [];
  for (const subject of subjects) restores.push(await restoreOne(agent, limits, subject, how));
  return restores;
}

/** Of all runs of one capture; each way has one in any case. */
const ENOUGH_MS = 20_000;

async function restoreOne(
  agent: Agent,
  limits: Limits,
  { name, capture: whole }: Subject,
  { ways, workers, runs, onRun, interrupted }: Restoring,
): Promise<RealRestore> {
  const { capture, left } = withoutState(whole);
  const trials = ways.flatMap((way) =>
    workers.map((count) => new Trial(agent, limits, { name, capture }, way, count)),
  );
  const begun = performance.now();
  for (let run = 0; run < runs; run++) {
    // One of many tasks takes so long that what disturbs a run is little beside it.
    if (performance.now() - begun > ENOUGH_MS) break;
    for (const trial of trials) {
      if (!trial.isDue || interrupted?.() === true) continue;
      onRun?.(`${name} by ${trial.what}, run ${run + 1} of ${runs}`);
      await trial.run();
    }
  }
  return {
    capture: name,
    source: capture.source,
    tasks: capture.tasks.length,
    threads: capture.tasks.reduce((sum, { threads }) => sum + threads.length, 0),
    objects: ipcNamespaces(capture).reduce(
      (sum, { msg, sem, shm }) => sum + msg.length + sem.length + shm.length,
      0,
    ),
    left,
    rows: trials.map((trial) => trial.row()),
  };
}

/** One capture by one way with so many workers. */
class Trial {
  private readonly agent: Agent;
  private readonly capture: Capture;
  private readonly way: Strategy;
  private readonly workers: number;
  private score: Score | null = null;
  private request: Buffer = Buffer.alloc(0);
  private end: RealEnd;
  private readonly runs: (Standing & { readonly goneNs: number })[] = [];

  constructor(
    agent: Agent,
    limits: Limits,
    { name, capture }: Subject,
    way: Strategy,
    workers: number,
  ) {
    this.agent = agent;
    this.capture = capture;
    this.way = way;
    this.workers = workers;
    this.end = { kind: 'not run', reason: 'interrupted' };
    const prepared = prepare(limits, { name, capture }, way, { forking: workers, restoring: 1 });
    if ('kind' in prepared) this.end = prepared;
    else {
      this.score = prepared;
      this.request = encodeScore(prepared);
    }
  }

  /** Not where it can't be run, or has failed. */
  get isDue(): boolean {
    return this.score !== null;
  }

  get what(): string {
    return `${this.way.name} with ${this.workers}`;
  }

  /** The first is verified field by field; each, by the numbers and ids that its calls returned. */
  async run(): Promise<void> {
    const { agent, score, request } = this;
    if (score === null) return;
    const standing = await play(agent, score, request);
    if (standing.refused !== null) this.fail({ kind: 'refused', reason: standing.refused });
    else if (this.runs.length === 0) await this.verify();
    const goneNs = await tearDown(agent);
    if (this.score !== null) this.runs.push({ ...standing, goneNs });
  }

  private async verify(): Promise<void> {
    const compared = compareCaptures(this.capture, await captureStanding(this.agent));
    if ('fields' in compared) this.end = { kind: 'restored', fields: compared.fields };
    else this.fail({ kind: 'different', difference: compared.difference });
  }

  private fail(end: RealEnd): void {
    this.end = end;
    this.score = null;
  }

  row(): RealRow {
    const { way, workers, runs, end, score } = this;
    const row = { way: way.name, workers, directed: score?.directed ?? 0, end };
    if (end.kind !== 'restored') return { ...row, times: null };
    const all = runs.map(({ ns }) => ns);
    const stages = STAGES.map((name) => ({
      name,
      ns: median(runs.map(({ filled }) => filled.find((one) => one.name === name)?.ns ?? 0)),
    }));
    return {
      ...row,
      times: {
        runs: runs.length,
        whole: { median: median(all), min: Math.min(...all), max: Math.max(...all) },
        stages,
        goneNs: median(runs.map(({ goneNs }) => goneNs)),
      },
    };
  }
}

/** Where all wait for all, and the end. */
export const STAGES = ['forked', 'joined', 'reaped', 'restored'] as const;

/** Its tapes, or why there are none to be played. */
export function prepare(
  limits: Limits,
  { name, capture }: Subject,
  way: Strategy,
  workers: Workers,
): Score | Extract<RealEnd, { kind: 'refused' | 'not run' }> {
  const kind = { name: way.name, usesClone3: way === CLONE3_WAY };
  const least = capture.tasks.reduce((sum, { threads }) => sum + 1 + threads.length, 0);
  const early = beyond(limits, capture, kind, least);
  if (early !== null) return { kind: 'not run', reason: early };
  try {
    const score = scoreOf(capture, name, way, workers, limits.pidMax);
    if ('refused' in score) return { kind: 'refused', reason: score.refused };
    const made = score.tapes.flatMap(({ calls }) =>
      calls.filter(({ child }) => child !== undefined),
    );
    const late = beyond(limits, capture, kind, made.length);
    return late === null ? score : { kind: 'not run', reason: late };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'not run', reason: error.problem };
  }
}
