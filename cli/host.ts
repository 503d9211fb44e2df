// SPDX-License-Identifier: MIT
/** The lane of the kernel that the user sits on. */
import { InputError } from '../core/input-error.ts';
import { type Conformance, conform } from '../linux/conformance/conform.ts';
import { replayAll, type Schedules } from '../linux/conformance/schedules.ts';
import { Agent } from '../linux/host/agent.ts';
import { buildAgent } from '../linux/host/build-agent.ts';
import { isStock } from '../linux/race/free-runs.ts';
import { loadScenarios } from '../properties/index.ts';
import type { Result } from '../reports/result.ts';
import { loadStrategies } from '../strategies/index.ts';
import { wasInterrupted } from './terminal.ts';

export interface HostRun {
  readonly seed: number;
  readonly calls: number;
  /** Of calls in a scenario that are replayed, at most; all if it is left out. */
  readonly orders?: number;
  readonly onCalls?: (calls: number) => void;
}

type Compared = Conformance & { readonly schedules: Schedules[] };

export const startAgent = async (): Promise<Agent> => Agent.start(await buildAgent());

/** @throws InputError where there is no compiler, or the kernel forbids what the agent needs */
export async function runHost({ seed, calls, orders, onCalls }: HostRun): Promise<Compared> {
  const agent = await startAgent();
  try {
    const conformance = await conform(agent, {
      seed,
      calls,
      interrupted: wasInterrupted,
      ...(onCalls === undefined ? {} : { onScript: onCalls }),
    });
    const [scenarios, all] = [await loadScenarios(), await loadStrategies()];
    const strategies = all.filter(isStock);
    return { ...conformance, schedules: await replayAll(agent, scenarios, strategies, orders) };
  } finally {
    await agent.end();
  }
}

/** The same for a report, which says why where it can't be run. */
export const hostForReport = (run: HostRun): Promise<Result['conformance']> =>
  orWhyNot(async () => ({ kind: 'run', ...(await runHost(run)) }));

/** Where the kernel below can't be asked, that is a part of a report, and no error. */
export async function orWhyNot<T>(
  run: () => Promise<T>,
): Promise<T | { readonly kind: 'not run'; readonly reason: string }> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'not run', reason: error.message };
  }
}
