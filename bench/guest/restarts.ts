// SPDX-License-Identifier: MIT
/** Lane guest, exact: instructions of whole restarts, by each design. */
import { InputError } from '../../core/input-error.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import type { Capture } from '../../core/restart/capture.ts';
import type { Kernel } from '../../linux/guest/build.ts';
import { answers, type CpuModel } from '../../linux/guest/counting.ts';
import { frameOf, REQUEST_RESTORE } from '../../linux/host/protocol.ts';
import { decodeStanding, encodeScore } from '../../linux/restore/play.ts';
import { type Score, scoreOf } from '../../linux/restore/score.ts';
import { criuCapture } from '../../linux/restore/subjects.ts';
import { generateUnprivileged } from '../../linux/restore/unprivileged.ts';

const SEED = 200807;
const TASKS = 1000;
const PID_MAX = 1 << 22;
/** Nobody but a task itself makes its children and objects. */
const ALONE = { forking: 1, restoring: 1 };

const CAPTURES: Readonly<Record<string, () => Capture>> = {
  criu: criuCapture,
  [`${TASKS} tasks`]: () => generateUnprivileged({ tasks: TASKS, levels: 1, objects: 100 }, SEED),
};

export interface RestartCount {
  readonly capture: string;
  readonly by: string;
  readonly tasks: number;
  /** Calls that were directed, of all. */
  readonly directed: number;
  readonly calls: number;
  /** From before the first fork to when all is restored, on one CPU. */
  readonly instructions: number;
}

interface Played {
  readonly capture: string;
  readonly tasks: number;
  readonly by: string;
  readonly score: Score;
}

/**
 * Each capture by each caller half of each strategy.
 * @throws InputError where the guest fails, or refuses what the model allows
 */
export async function countRestarts(
  kernel: Pick<Kernel, 'path'>,
  cpu: CpuModel,
  strategies: readonly Strategy[],
): Promise<RestartCount[]> {
  const played = strategies.flatMap((strategy) => scoresOf(strategy));
  const requests = played.flatMap(({ score }) => [
    encodeScore(score),
    frameOf(REQUEST_RESTORE, []),
  ]);
  const frames = await answers(kernel, { cpu }, requests);
  return played.map(({ capture, tasks, by, score }, index): RestartCount => {
    const { ns, refused } = decodeStanding(frames[2 * index] ?? Buffer.alloc(0), score);
    if (refused !== null)
      throw new InputError('the guest', `${capture} by ${by}: ${refused}`, 'report this');
    const calls = score.tapes.reduce((sum, tape) => sum + tape.calls.length, 0);
    return { capture, tasks, by, directed: score.directed, calls, instructions: ns };
  });
}

function scoresOf(strategy: Strategy): Played[] {
  const { name, caller, variants = {} } = strategy;
  const halves = [[name, caller] as const].concat(
    Object.entries(variants).map(([variant, half]) => [`${name} (${variant})`, half]),
  );
  return Object.entries(CAPTURES).flatMap(([place, read]) => {
    const capture = read();
    return halves.map(([by, half]): Played => {
      const way = { ...strategy, caller: half };
      const score = scoreOf(capture, place, way, ALONE, PID_MAX);
      if ('refused' in score) throw new Error(`${place} by ${by}: ${score.refused}`);
      return { capture: place, tasks: capture.tasks.length, by, score };
    });
  });
}
