// SPDX-License-Identifier: MIT
/**
 * The model against the kernel below: generated scripts run on both, until so many calls are
 * compared or one answer differs; then the script is shrunk.
 */
import fc from 'fast-check';
import { InputError } from '../../core/input-error.ts';
import type { KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { callers } from '../../properties/checks.ts';
import type { Agent } from '../host/agent.ts';
import { whyBeyond } from './beyond-scripts.ts';
import { type Compared, compare, sideBySide } from './compare.ts';
import type { FileCoverage, Unreached } from './coverage.ts';
import { CoveredModel } from './covered-model.ts';
import { exhaustion } from './exhaustion.ts';
import { directedKinds } from './generate/directed.ts';
import { scripts, scriptsWith } from './generate/scripts.ts';
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
  'a descriptor of a next_id whose IPC namespace is gone. A worker takes such files away some time ' +
    'after the last task has left, and then it is ENOENT: free_ipc(), retire_ipc_sysctls(). Nobody ' +
    'can say when that is; in the model they stay.',
];

export interface Conformance {
  readonly seed: number;
  readonly scripts: number;
  /** Scripts in which tasks that ran at the same time went in an order of Linux's own. */
  readonly reordered: number;
  readonly calls: number;
  /** How often each call was made, and how often it ended in success or in which error. */
  readonly byCall: Record<string, number>;
  readonly byErrno: Record<string, Record<string, number>>;
  /** What scripts reached of each file of the model, and why the rest was not; null if by chance. */
  readonly branches: Reached[];
  /** The shortest script found on which the kernels differ, with both answers; null if none is. */
  readonly mismatch: string[] | null;
  readonly knownDifferences: string[];
}

export interface Reached extends FileCoverage {
  readonly unreached: (Unreached & { readonly why: string | null })[];
}

export interface Conforming {
  readonly seed: number;
  readonly calls: number;
  readonly onScript?: (calls: number) => void;
  readonly interrupted?: () => boolean;
  /** Built into the kernel below, and then into the model; what of the model is reached is not told. */
  readonly design?: Strategy;
}

/** The model as it is compared. */
interface Model {
  run(script: Script): Promise<Answer>;
  reached(): Promise<FileCoverage[]>;
  end(): Promise<void>;
}

const modelWith = (half: KernelHalf): Model => ({
  run: async (script) => runOnModel(script, half),
  reached: async () => [],
  end: async () => {},
});

export async function conform(agent: Agent, options: Conforming): Promise<Conformance> {
  const { seed, onScript, design } = options;
  const model = design === undefined ? new CoveredModel() : modelWith(design.kernel);
  const count = new Count();
  const isDone = () => count.calls >= options.calls || options.interrupted?.() === true;
  const limits = limitsOf(agent.hello);
  const onBoth = async (script: Script): Promise<Compared> => {
    const [theirs, ours] = await Promise.all([runOnLinux(agent, script), model.run(script)]);
    return { script, linux: theirs, model: ours };
  };
  const different: Compared[] = [];
  const holds = async (generated: Script): Promise<boolean> => {
    if (isDone()) return true;
    const compared = await onBoth(suited(generated, limits));
    count.add(compared);
    const { mismatch, isReordered } = compare(compared, design?.kernel);
    if (isReordered) count.reordered++;
    onScript?.(count.calls);
    if (mismatch === null) return true;
    const noMore = exhaustion(compared, mismatch);
    if (noMore !== null) {
      throw new InputError(
        'the kernel below',
        `it has no more room (${noMore})`,
        'end something else that runs on it, or raise its limits',
      );
    }
    different.push(compared);
    return false;
  };
  const all = design === undefined ? scripts : scriptsWith(kindsOf(design));
  const property = fc.asyncProperty(all, holds);
  try {
    // Each round has a seed of its own that follows from the first, so that none is endless.
    for (let round = 0; !isDone() && different.length === 0; round++) {
      const details = await fc.check(property, { seed: seed + round * 0x10001, numRuns: 1000 });
      if (different.length === 0 && details.failed) throw soFar(details.errorInstance, count.calls);
    }
    const shrunk = different.at(-1);
    const mismatch = shrunk === undefined ? null : await shown(shrunk, onBoth, design?.kernel);
    return {
      seed,
      scripts: count.scripts,
      reordered: count.reordered,
      calls: count.calls,
      byCall: count.byCall,
      byErrno: count.byErrno,
      branches: (await model.reached()).map(explained),
      mismatch,
      knownDifferences: [...KNOWN_DIFFERENCES, ...notCompared(limits)],
    };
  } finally {
    await model.end();
  }
}

const kindsOf = (design: Strategy) => directedKinds(callers(design).map(([, half]) => half));

/** What stopped the comparison, and how far it had come. */
function soFar(error: unknown, calls: number): unknown {
  if (!(error instanceof InputError)) return error;
  const { place, problem, remedy } = error;
  return new InputError(place, `${problem}, after ${calls} calls without a mismatch`, remedy);
}

const explained = (coverage: FileCoverage): Reached => ({
  ...coverage,
  unreached: coverage.unreached.map((one) => ({ ...one, why: whyBeyond(coverage.file, one) })),
});

/** The answers that differed, and whether they would again. */
async function shown(
  compared: Compared,
  onBoth: (script: Script) => Promise<Compared>,
  half?: KernelHalf,
): Promise<string[]> {
  const lines = sideBySide(compared.script, compared.linux, compared.model);
  if (compare(await onBoth(compared.script), half).mismatch !== null) return lines;
  return ['This script differed once, and not when it was run again:', ...lines];
}

class Count {
  scripts = 0;
  reordered = 0;
  calls = 0;
  readonly byCall: Record<string, number> = {};
  readonly byErrno: Record<string, Record<string, number>> = {};

  add({ script, linux: { steps } }: Compared): void {
    this.scripts++;
    for (const [index, { call, isLook }] of script.entries()) {
      if (isLook) continue;
      const end = steps[index]?.end;
      const dies = call === 'exit' || call === 'exit_group';
      // A call that was due when its task was dead or asleep was not made.
      if (end?.kind === 'skipped' || (end?.kind === 'gone' && !dies)) continue;
      this.calls++;
      const what = end?.kind === 'returned' ? errnoOf(end.result) : (end?.kind ?? 'nothing');
      this.byCall[call] = (this.byCall[call] ?? 0) + 1;
      this.byErrno[call] ??= {};
      this.byErrno[call][what] = (this.byErrno[call][what] ?? 0) + 1;
    }
  }
}

const errnoOf = (result: string): string => (result.startsWith('-') ? result.slice(1) : 'success');
