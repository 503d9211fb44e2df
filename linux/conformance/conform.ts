// SPDX-License-Identifier: MIT
/**
 * The model against the kernel below: generated scripts run on both, until so many calls are
 * compared or one answer differs; then the script is shrunk.
 */
import fc from 'fast-check';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import type { Agent } from '../host/agent.ts';
import { firstMismatch, sideBySide } from './compare.ts';
import { byOneUser, scripts } from './generate/scripts.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, Script } from './script.ts';

/** Where the model is known to differ, and by which kernel function that is explained. */
export const KNOWN_DIFFERENCES: readonly string[] = [
  'An init that joins a process group of its own pid namespace can never exit on Linux: ' +
    'zap_pid_ns_processes() waits for a number that the init itself holds. The model lets it go; ' +
    'scripts do not try it, as what hangs stays until the machine is started again.',
  'A descriptor of a next_id outlives its IPC namespace in the model. On Linux a worker takes the ' +
    'files away some time after the last task has left, and then it is ENOENT: free_ipc() and ' +
    'retire_ipc_sysctls(). Scripts do not use such descriptors, as nobody can say when that is.',
];

const ONE_USER =
  'Not compared, for want of privilege: other users and groups than root. Without CAP_SETUID ' +
  'outside, a user namespace has one user (map_write()).';

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
  const isAlone = agent.hello.users === 1;
  const holds = async (generated: Script): Promise<boolean> => {
    if (isDone()) return true;
    const script = isAlone ? byOneUser(generated) : generated;
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
        : await shown(agent, isAlone ? byOneUser(counterexample) : counterexample, half),
    knownDifferences: isAlone ? [...KNOWN_DIFFERENCES, ONE_USER] : [...KNOWN_DIFFERENCES],
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
    for (const [index, { call, isLook }] of script.entries()) {
      if (isLook) continue;
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
