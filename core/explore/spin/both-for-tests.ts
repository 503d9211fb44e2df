// SPDX-License-Identifier: MIT
/** For tests: what the state graph of a system is to us, and to Spin. */
import { explore } from '../graph.ts';
import type { System } from '../machine.ts';
import { verifying } from './run.ts';

export interface GraphFacts {
  readonly states: number;
  /** Without the one that makes the initial state. */
  readonly transitions: number;
  readonly ends: number;
  readonly failingEnds: number;
  readonly canDeadlock: boolean;
}

export function byUs(system: System, maxStates: number): GraphFacts {
  const { verdict, states, transitions, ends, failingEnds, deadlocks } = explore(system, {
    maxStates,
  });
  if (verdict.kind !== 'EXHAUSTIVE') throw new Error(`more than ${maxStates} states`);
  return { states, transitions, ends, failingEnds, canDeadlock: deadlocks > 0 };
}

/** @param promela as promela.ts prints it, with a judge */
export async function bySpin(promela: string): Promise<GraphFacts> {
  const [plain, judged] = await Promise.all([
    verifying(promela, {}, async ({ search }) => ({
      ...(await search('-E')),
      canDeadlock: (await search()).isStuck,
    })),
    verifying(promela, { define: 'JUDGE' }, ({ search }) => search('-E', '-e', '-c0')),
  ]);
  return {
    states: plain.states,
    transitions: plain.transitions - 1,
    // The judge adds a state for each end, and one more for each that fails.
    ends: judged.states - plain.states - judged.errors,
    failingEnds: judged.errors,
    canDeadlock: plain.canDeadlock,
  };
}
