// SPDX-License-Identifier: MIT
/**
 * The control: a hint that all of a namespace share can't be used by two at once. Two threads restore
 * IPC objects by next_id, which has no lock, and are to be seen failing on the kernel below too.
 */
import type { Agent } from '../host/agent.ts';
import { readLimits } from './limits.ts';
import { encodeScore, play, tearDown } from './play.ts';
import { prepare } from './restore.ts';
import { withoutState } from './stateless.ts';
import { generateUnprivileged } from './unprivileged.ts';
import { CLONE3_WAY } from './ways.ts';

export interface NextIdRace {
  readonly runs: number;
  readonly failed: number;
  /** What the first that failed says; or why there were no runs. */
  readonly first: string | null;
}

const OBJECTS = 100;

/** @throws InputError where the agent fails */
export async function raceNextId(agent: Agent, runs: number, seed: number): Promise<NextIdRace> {
  const generated = generateUnprivileged({ tasks: 2, levels: 1, objects: OBJECTS }, seed);
  const subject = { name: 'next_id', capture: withoutState(generated).capture };
  const score = prepare(await readLimits(agent), subject, CLONE3_WAY, { forking: 1, restoring: 2 });
  if ('kind' in score) return { runs: 0, failed: 0, first: score.reason };
  const request = encodeScore(score);
  const failures: string[] = [];
  for (let run = 0; run < runs; run++) {
    const { refused } = await play(agent, score, request);
    if (refused !== null) failures.push(refused);
    await tearDown(agent);
  }
  return { runs, failed: failures.length, first: failures[0] ?? null };
}
