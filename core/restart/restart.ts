// SPDX-License-Identifier: MIT
/** Restarts a capture on a fresh model kernel by one strategy, and verifies what came of it. */
import { emptyLedger } from '../kernel/ledger.ts';
import { directBy } from '../kernel/scenario.ts';
import type { CallerHalf, Strategy } from '../kernel/strategy.ts';
import { ModelKernel } from '../model/kernel.ts';
import { runInit } from '../model/run.ts';
import type { Capture } from './capture.ts';
import { checkpoint } from './checkpoint.ts';
import { compareCaptures } from './compare.ts';
import { refusedAtOnce } from './needs.ts';
import { planRestart } from './plan.ts';
import type { Plan } from './planned.ts';
import { RESTARTER, Restart } from './programs.ts';
import type { RestartEnd, RestartResult } from './result.ts';

export interface Restarted {
  readonly result: RestartResult;
  /** What was done, call by call, in order. */
  readonly journal: readonly string[];
}

/**
 * @param variant name of one of the strategy's other caller halves, or null for its own
 * @param seed of the schedule in which the restored tasks run; null lets each run as far as it gets
 * @param workers threads of each task that fork its children at once, and restore the IPC objects of
 *   its namespace; to be at once they need a seed
 * @throws InputError where no order of calls leads to the captured tree
 */
export function restart(
  capture: Capture,
  place: string,
  strategy: Strategy,
  variant: string | null = null,
  seed: number | null = null,
  workers = 1,
): Restarted {
  const plan = planRestart(capture, place);
  const end = refusedAtOnce(capture, strategy);
  if (end !== null) {
    const nothing = { directed: 0, ledger: emptyLedger() };
    return { result: { strategy: strategy.name, variant, workers, end, ...nothing }, journal: [] };
  }
  const direct = directBy(callerOf(strategy, variant));
  const run = new Restart(plan, capture, direct, { forking: workers, restoring: workers });
  const kernel = new ModelKernel(strategy.kernel, run.programs());
  const { blocked } = runInit(kernel, RESTARTER, seed);
  const [stuck] = blocked;
  const refused = run.refused.v;
  const came = (): RestartEnd => {
    if (refused !== null) return { kind: 'refused', ...refused };
    if (stuck !== undefined) return { kind: 'stuck', waiting: stuck.why };
    return verify(kernel, capture, plan);
  };
  return {
    result: {
      strategy: strategy.name,
      variant,
      workers,
      end: came(),
      directed: run.directed.v,
      ledger: { ...kernel.ledger },
    },
    journal: run.journal,
  };
}

function callerOf({ name, caller, variants }: Strategy, variant: string | null): CallerHalf {
  const chosen = variant === null ? caller : variants?.[variant];
  if (chosen === undefined) throw new Error(`${name} has no variant ${variant}`);
  return chosen;
}

/** The restored root is the restarter's only child; helpers are gone, the rest hangs below it. */
function verify(kernel: ModelKernel, capture: Capture, { root }: Plan): RestartEnd {
  const signal = kernel.init.signal.children.head;
  const innermost = signal?.leader.v?.activePidNs ?? null;
  const ns = root.newNamespace ? innermost : kernel.init.activePidNs;
  if (signal === null || ns === null) {
    const difference = { place: 'tasks[0]', captured: root.name, restored: 'missing' };
    return { kind: 'different', difference };
  }
  const compared = compareCaptures(capture, checkpoint(kernel, signal, ns));
  return 'difference' in compared
    ? { kind: 'different', difference: compared.difference }
    : { kind: 'restored', fields: compared.fields };
}
