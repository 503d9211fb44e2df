// SPDX-License-Identifier: MIT
/**
 * Interleavings, counted in ways that have nothing in common but the step function: as paths
 * through the state graph (graph.ts); as the sum over Mazurkiewicz traces (dpor.ts) of the linear
 * extensions of each; and where nobody waits and each thread takes a number of steps that is always
 * the same, as a multinomial coefficient. If a search lost a trace or visited one twice, they differ.
 */
import { eachTrace, type Finished, type TraceBudget } from './dpor.ts';
import { type Execution, linearExtensions } from './extensions.ts';
import type { Exploration } from './graph.ts';
import { Machine, type System } from './machine.ts';

export interface TraceCount {
  readonly verdict:
    | { readonly kind: 'EXHAUSTIVE' }
    | { readonly kind: 'INCOMPLETE'; readonly reason: string; readonly seen: number };
  /** Mazurkiewicz traces, deadlocked ones included. */
  readonly traces: number;
  /** Prefixes that were given up because all that could follow belongs to another trace. */
  readonly blocked: number;
  /** Interleavings: linear extensions, of all traces together; null where these are too many. */
  readonly extensions: bigint | null;
  /** Interleavings in closed form; null where it does not apply. */
  readonly multinomial: bigint | null;
}

/** @param machine of the system's threads; what it knows of their steps need not be found again */
export function countTraces(
  system: System,
  budget: TraceBudget,
  machine: Machine = new Machine(system.threads),
): TraceCount {
  let traces = 0;
  let extensions: bigint | null = 0n;
  const closed = new Map<string, bigint | null>();
  const onTrace = ({ events }: Finished) => {
    const execution = events();
    traces++;
    const orders: bigint | null = extensions === null ? null : linearExtensions(execution);
    extensions = extensions === null || orders === null ? null : extensions + orders;
    const steps = stepsOf(execution);
    const isClosed = steps.size === system.threads.length && !execution.some((one) => one.isBound);
    closed.set([...steps].sort().join(), isClosed ? multinomial([...steps.values()]) : null);
  };
  const onRestart = () => {
    traces = 0;
    extensions = 0n;
    closed.clear();
  };
  const { blocked, spent } = eachTrace(machine, budget, { onTrace, onRestart });
  if (spent !== null) {
    const verdict = { kind: 'INCOMPLETE', reason: spent, seen: traces } as const;
    return { verdict, traces, blocked, extensions, multinomial: null };
  }
  machine.verifyDeterminism();
  const [one = null] = closed.size === 1 ? closed.values() : [];
  return { verdict: { kind: 'EXHAUSTIVE' }, traces, blocked, extensions, multinomial: one };
}

function stepsOf(execution: Execution): Map<string, number> {
  const steps = new Map<string, number>();
  for (const { thread } of execution) steps.set(thread, (steps.get(thread) ?? 0) + 1);
  return steps;
}

/** (sum of counts)! / product of counts! */
function multinomial(counts: readonly number[]): bigint {
  let product = 1n;
  let taken = 0;
  for (const count of counts) {
    for (let step = 1; step <= count; step++) product = (product * BigInt(++taken)) / BigInt(step);
  }
  return product;
}

/** Counts of interleavings by the name of the way in which each was made. */
export type Ways = Readonly<Record<string, bigint>>;

/** By whatever ways came to an end, and apply. */
export function waysOf(graph: Exploration | null, traces: TraceCount | null): Ways {
  const ways: Record<string, bigint> = {};
  const paths = graph?.interleavings ?? null;
  if (paths !== null) ways['paths through the state graph'] = paths;
  if (traces?.verdict.kind === 'EXHAUSTIVE') {
    if (traces.extensions !== null) ways['linear extensions of all traces'] = traces.extensions;
    if (traces.multinomial !== null) ways['as a multinomial coefficient'] = traces.multinomial;
  }
  return ways;
}

/**
 * The one number that all ways come to, or null if there is none.
 * @throws Error where they differ: then the explorer is wrong, and nothing that it says is worth much
 */
export function agreed(ways: Ways): bigint | null {
  const [first = null] = Object.values(ways);
  if (Object.values(ways).some((count) => count !== first)) {
    const each = Object.entries(ways).map(([way, count]) => `${count} ${way}`);
    throw new Error(`interleavings come to different numbers: ${each.join(', ')}`);
  }
  return first;
}
