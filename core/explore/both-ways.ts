// SPDX-License-Identifier: MIT
/** A program by the state graph and by its traces, which must come to the same. */
import { eachTrace, type Rules, type Visitor } from './dpor.ts';
import { type Execution, linearExtensions } from './extensions.ts';
import { explore } from './graph.ts';
import type { LitmusProgram } from './litmus/program.ts';
import { litmusSystem } from './litmus/system.ts';
import { Machine } from './machine.ts';

const BUDGET = { maxStates: 200_000, maxExecutions: 200_000 };

/** Which events happen before which: the same for equal traces, and for these alone. */
const traceOf = (execution: Execution): string =>
  execution
    .map(({ thread, ordinal, clock }) => `${thread}${ordinal}<${[...clock()].sort().join()}`)
    .sort()
    .join(' ');

export function bothWays(program: LitmusProgram, rules?: Rules) {
  const graph = explore(litmusSystem(program), BUDGET);
  const machine = new Machine(litmusSystem(program).threads);
  const seen = new Set<string>();
  const deadlocks = new Set<number>();
  let doubles = 0;
  let extensions = 0n;
  const visitor: Visitor = {
    onTrace({ events }) {
      const execution = events();
      const trace = traceOf(execution);
      if (seen.has(trace)) doubles++;
      seen.add(trace);
      extensions += linearExtensions(execution) ?? 0n;
      if (machine.end().blocked.length > 0) deadlocks.add(machine.state());
    },
    onRestart() {
      seen.clear();
      deadlocks.clear();
      doubles = 0;
      extensions = 0n;
    },
  };
  const { traces } = eachTrace(machine, BUDGET, visitor, rules);
  return { graph, traces, doubles, extensions, deadlocks: deadlocks.size };
}
