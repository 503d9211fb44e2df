// SPDX-License-Identifier: MIT
/** The explorer's own searches: how fast, and how much there is for each to look at. */
import { agreed, countTraces, waysOf } from '../../core/explore/certificate.ts';
import { eachTrace, type Traces } from '../../core/explore/dpor.ts';
import { enumerate } from '../../core/explore/enumerate.ts';
import { explore } from '../../core/explore/graph.ts';
import { Machine } from '../../core/explore/machine.ts';
import type { EnumerationRow, ReductionRow, TracesRow } from './rows.ts';
import { type Explored, type Growing, sizeOf } from './subjects.ts';
import { type Effort, timing } from './timing.ts';

const MAX_STATES = 1_000_000;
const MAX_EXECUTIONS = 1_000_000;
const MAX_RUNS = 10_000_000;

export async function enumerationRow(
  explored: Explored,
  seed: number,
  effort: Effort,
): Promise<EnumerationRow> {
  const run = (machine: Machine) => enumerate(machine, { maxRuns: MAX_RUNS }, () => {});
  const interleavings = run(machineOf(explored));
  const { of } = explored;
  return { of, ...sizeOf(explored, seed), interleavings, ...(await both(explored, effort, run)) };
}

/** A certificate counts interleavings too, which takes longer than the search. */
export async function tracesRow(
  explored: Explored & { readonly isCertified: boolean },
  seed: number,
  effort: Effort,
): Promise<TracesRow> {
  const { of, isCertified } = explored;
  const run = (machine: Machine) => eachTrace(machine, { maxExecutions: MAX_EXECUTIONS }, {});
  const { traces, blocked } = completed(run(machineOf(explored)));
  const certified = isCertified ? interleavingsOf(explored).toString() : null;
  const size = sizeOf(explored, seed);
  return { of, ...size, traces, blocked, certified, ...(await both(explored, effort, run)) };
}

const machineOf = ({ make }: Explored): Machine => new Machine(make().threads);

/** A search that begins with nothing, and one more on a machine that knows every step. */
async function both(explored: Explored, effort: Effort, run: (machine: Machine) => unknown) {
  const anew = await timing(effort, () => run(machineOf(explored)));
  const machine = machineOf(explored);
  run(machine);
  return { anew, again: await timing(effort, () => run(machine)) };
}

function completed(found: Traces): Traces {
  if (found.spent !== null) throw new Error(`a search ended early: ${found.spent}`);
  return found;
}

/** @throws Error where the two ways to count differ, or one is over budget */
function interleavingsOf({ of, make }: Explored): bigint {
  const graph = explore(make(), { maxStates: MAX_STATES });
  const traces = countTraces(make(), { maxExecutions: MAX_EXECUTIONS });
  const ways = waysOf(graph, traces);
  const count = agreed(ways);
  if (count === null || Object.keys(ways).length < 2) throw new Error(`${of}: no certificate`);
  return count;
}

export function reductionRow(growing: Growing, seed: number): ReductionRow {
  const { of, by, make } = growing;
  const { interleavings, states } = explore(make(), { maxStates: MAX_STATES });
  if (interleavings === null) throw new Error(`${of}: more than ${MAX_STATES} states`);
  const { traces } = completed(
    eachTrace(machineOf(growing), { maxExecutions: MAX_EXECUTIONS }, {}),
  );
  const size = sizeOf(growing, seed);
  return { by, ...size, interleavings: interleavings.toString(), states, traces };
}
