// SPDX-License-Identifier: MIT
/** All that is known of a litmus program, by one engine or by both, which then prove each other. */

import { exploreBounded } from '../bounded.ts';
import type { Watch } from '../budget.ts';
import { agreed, countTraces, type TraceCount, type Ways, waysOf } from '../certificate.ts';
import { type Exploration, explore } from '../graph.ts';
import type { Verdict } from '../verdict.ts';
import type { LitmusProgram } from './program.ts';
import { litmusSystem } from './system.ts';

export const ENGINES = ['both', 'graph', 'dpor'] as const;
export type Engine = (typeof ENGINES)[number];

export interface LitmusBudget extends Watch {
  readonly maxStates: number;
  readonly maxExecutions: number;
  /** Only interleavings with at most so many preemptions; null for all. */
  readonly preemptions: number | null;
}

/** What an engine does not find out is null. */
export interface LitmusCount {
  /** Maximal runs, deadlocked ones included. */
  readonly interleavings: bigint | null;
  /** Mazurkiewicz traces under sequential consistency. */
  readonly traces: number | null;
  /** Prefixes that were given up as part of other traces. */
  readonly blocked: number | null;
  readonly states: number | null;
  readonly transitions: number | null;
  /** Distinct final states at which every thread is done, and at which one waits for ever. */
  readonly ends: number | null;
  readonly deadlocks: number | null;
  readonly verdict: Verdict;
  /** Of what was seen before a search was cut short: at least so many there are. */
  readonly atLeast: Readonly<
    Record<'states' | 'transitions' | 'ends' | 'deadlocks' | 'traces' | 'blocked', number>
  >;
  /** How the interleavings were counted, by whatever way applies: all must be one number. */
  readonly ways: Ways;
}

/** @throws Error where two ways to count come to different numbers: a defect of the explorer */
export function countLitmus(
  program: LitmusProgram,
  engine: Engine,
  budget: LitmusBudget,
): LitmusCount {
  const { preemptions } = budget;
  const graph =
    preemptions !== null
      ? exploreBounded(litmusSystem(program), preemptions, budget)
      : engine === 'dpor'
        ? null
        : explore(litmusSystem(program), budget);
  // Traces know no bound: a trace has interleavings with few preemptions and with many.
  const isTraced = preemptions === null && engine !== 'graph';
  const traces = isTraced ? countTraces(litmusSystem(program), budget) : null;
  const isWhole = graph !== null && graph.verdict.kind !== 'INCOMPLETE';
  const ways = waysOf(graph, traces);
  return {
    interleavings: agreed(ways),
    traces: traces?.verdict.kind === 'EXHAUSTIVE' ? traces.traces : null,
    blocked: traces?.verdict.kind === 'EXHAUSTIVE' ? traces.blocked : null,
    states: isWhole ? graph.states : null,
    transitions: isWhole ? graph.transitions : null,
    ends: isWhole ? graph.ends - graph.deadlocks : null,
    deadlocks: isWhole ? graph.deadlocks : null,
    verdict: verdictOf(graph, traces),
    atLeast: {
      states: graph?.states ?? 0,
      transitions: graph?.transitions ?? 0,
      ends: graph === null ? 0 : graph.ends - graph.deadlocks,
      deadlocks: graph?.deadlocks ?? 0,
      traces: traces?.traces ?? 0,
      blocked: traces?.blocked ?? 0,
    },
    ways,
  };
}

/** One complete search is enough to have seen everything. */
function verdictOf(graph: Exploration | null, traces: TraceCount | null): Verdict {
  const verdicts = [graph, traces].flatMap((one) => (one === null ? [] : [one.verdict]));
  const whole = verdicts.find(({ kind }) => kind === 'EXHAUSTIVE');
  const [first] = verdicts;
  if (first === undefined) throw new Error('no engine was asked');
  return whole ?? first;
}
