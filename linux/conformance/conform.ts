// SPDX-License-Identifier: MIT
/**
 * The model against the kernel below: generated scripts run on both, until so many calls are
 * compared or one answer differs; then the script is shrunk.
 */
import fc from 'fast-check';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import type { Agent } from '../host/agent.ts';
import { firstMismatch, sideBySide } from './compare.ts';
import { scripts } from './generate/scripts.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, Script } from './script.ts';
import { limitsOf, notCompared, suited } from './suited.ts';

/** What scripts do not try, and by which kernel function that is explained. */
export const KNOWN_DIFFERENCES: readonly string[] = [
  'an init that joins a process group of its own pid namespace. It can never exit, as ' +
    'zap_pid_ns_processes() waits for a number that the init itself holds; so it is in the model, ' +
    'but on Linux it hangs until the machine is started again.',
  'an init that exits while somebody outside holds a number of its namespace, as a group or for ' +
    'want of a wait4. It exits when that is over, and the agent does not wait for it.',
];

export interface Conformance {
  readonly seed: number;
  readonly scripts: number;
  readonly calls: number;
  /** How often each call was made, and how often each error or success was compared. */
  readonly byCall: Record<string, number>;
  readonly byErrno: Record<string, number>;
  /** The shortest script found on which the kernels differ, with both answers; null if none is. */
  readonly mismatch: string[] | null;
  readonly knownDifferences: string[];
}

export interface Conforming {
  readonly seed: number;
  readonly calls: number;
  /** What the model has beyond plain Linux: mutants, in tests. */
  readonly half?: KernelHalf;
  readonly onScript?: (calls: number) => void;
  readonly interrupted?: () => boolean;
}

export async function conform(agent: Agent, options: Conforming): Promise<Conformance> {
  const { seed, half, onScript } = options;
  const count = new Count();
  const isDone = () => count.calls >= options.calls || options.interrupted?.() === true;
  const limits = await limitsOf(agent);
  const holds = async (generated: Script): Promise<boolean> => {
    if (isDone()) return true;
    const script = suited(generated, limits);
    const linux = await runOnLinux(agent, script);
    count.add(script, linux);
    onScript?.(count.calls);
    return firstMismatch(script, linux, runOnModel(script, half)) === null;
  };
  const property = fc.asyncProperty(scripts, holds);
  let counterexample: Script | undefined;
  // Each round has a seed of its own that follows from the first, so that none is endless.
  for (let round = 0; !isDone() && counterexample === undefined; round++) {
    const details = await fc.check(property, { seed: seed + round * 0x10001, numRuns: 1000 });
    if (details.errorInstance instanceof Error && details.counterexample === null) {
      throw details.errorInstance;
    }
    counterexample = details.counterexample?.[0];
  }
  return {
    seed,
    scripts: count.scripts,
    calls: count.calls,
    byCall: count.byCall,
    byErrno: count.byErrno,
    mismatch:
      counterexample === undefined
        ? null
        : await shown(agent, suited(counterexample, limits), half),
    knownDifferences: [...KNOWN_DIFFERENCES, ...notCompared(limits)],
  };
}

async function shown(agent: Agent, script: Script, half?: KernelHalf): Promise<string[]> {
  const linux = await runOnLinux(agent, script);
  const model = runOnModel(script, half);
  const lines = sideBySide(script, linux, model);
  if (firstMismatch(script, linux, model) !== null) return lines;
  return ['This script differed once, and not when it was run again:', ...lines];
}

class Count {
  scripts = 0;
  calls = 0;
  readonly byCall: Record<string, number> = {};
  readonly byErrno: Record<string, number> = {};

  add(script: Script, { steps }: Answer): void {
    this.scripts++;
    for (const [index, { call }] of script.entries()) {
      const end = steps[index]?.end;
      const dies = call === 'exit' || call === 'exit_group';
      // A call that was due when its task was dead or asleep was not made.
      if (end?.kind === 'skipped' || (end?.kind === 'gone' && !dies)) continue;
      this.calls++;
      this.byCall[call] = (this.byCall[call] ?? 0) + 1;
      const what = end?.kind === 'returned' ? errnoOf(end.result) : (end?.kind ?? 'nothing');
      this.byErrno[what] = (this.byErrno[what] ?? 0) + 1;
    }
  }
}

const errnoOf = (result: string): string => (result.startsWith('-') ? result.slice(1) : 'success');
