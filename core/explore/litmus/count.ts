// SPDX-License-Identifier: MIT
/** All that is known of a litmus program, by one engine or by both, which then prove each other. */
import type { Watch } from '../budget.ts';
import { agreed, countTraces, type TraceCount, type Ways, waysOf } from '../certificate.ts';
import { type Exploration, explore, type Verdict } from '../graph.ts';
import type { LitmusProgram } from './program.ts';
import { litmusSystem } from './system.ts';

export const ENGINES = ['both', 'graph', 'dpor'] as const;
export type Engine = (typeof ENGINES)[number];

export interface LitmusBudget extends Watch {
  readonly maxStates: number;
  readonly maxExecutions: number;
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
  /** How the interleavings were counted, by whatever way applies: all must be one number. */
  readonly ways: Ways;
}

/** @throws Error where two ways to count come to different numbers: a defect of the explorer */
export function countLitmus(
  program: LitmusProgram,
  engine: Engine,
  budget: LitmusBudget,
): LitmusCount {
  const graph = engine === 'dpor' ? null : explore(litmusSystem(program), budget);
  const traces = engine === 'graph' ? null : countTraces(litmusSystem(program), budget);
  const isWhole = graph?.verdict.kind === 'EXHAUSTIVE';
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
