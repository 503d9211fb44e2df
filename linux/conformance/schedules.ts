// SPDX-License-Identifier: MIT
/**
 * The interleavings of a scenario that differ in the order of system calls, found on the model and
 * replayed on the kernel below: does a race that the model sees happen there, in these schedules?
 * Possible where a strategy adds nothing to the kernel.
 */
import { explore } from '../../core/explore/graph.ts';
import { A_QUEUE, type Scenario, type Subject, subjectOf } from '../../core/kernel/scenario.ts';
import type { CallerHalf, KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { callers } from '../../properties/checks.ts';
import type { Agent } from '../host/agent.ts';
import { CallByCall, setUp } from './call-by-call.ts';
import { firstMismatch, sideBySide } from './compare.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import { namesByNumber } from './script.ts';

/** Of one scenario by one caller half. */
export interface Schedules {
  readonly scenario: string;
  readonly strategy: string;
  /** All interleavings of the model's steps; null where there are too many to explore. */
  readonly interleavings: string | null;
  /** Orders of system calls that were replayed; were these all? */
  readonly replayed: number;
  readonly isAll: boolean;
  /** In how many any call ended otherwise than on the model. */
  readonly mismatches: number;
  /** Both answers to the first of these; null if there is none. */
  readonly firstMismatch: string[] | null;
  /**
   * How many without a mismatch the scenario's rule rejects. All that a program knows of a kernel is
   * what its calls return, so where these are the same, so is what is wrong at the end.
   */
  readonly failing: number;
}

const MAX_STATES = 1_000_000;
/** Beyond so many orders of a scenario the rest is left, unless fewer are asked for. */
export const MOST_ORDERS = 2000;
/** With more calls somebody tries something again and again, and of orders there is no end. */
const LONGEST = 40;

/**
 * @param half what the model has beyond plain Linux: mutants, in tests
 * @param most orders that are replayed
 */
export async function replaySchedules(
  agent: Agent,
  scenario: Scenario,
  caller: CallerHalf,
  half: KernelHalf = {},
  subject: Subject = A_QUEUE,
  most = MOST_ORDERS,
): Promise<Omit<Schedules, 'scenario' | 'strategy'>> {
  const { interleavings } = explore(scenarioOnModel(scenario, { caller, kernel: half }, subject), {
    maxStates: MAX_STATES,
  });
  const before = setUp(scenario);
  const count = { replayed: 0, mismatches: 0, failing: 0 };
  let isAll = true;
  let first: string[] | null = null;
  let tried = 0;
  for (const run of orders(() => new CallByCall(scenario, caller, half, subject))) {
    if (run === null || tried === most) isAll = false;
    if (tried++ === most) break;
    if (run === null) continue;
    const script = [...before, ...run.steps];
    const linux = await runOnLinux(agent, script);
    count.replayed++;
    const model = runOnModel(script, half);
    if (firstMismatch(script, linux, model) !== null) {
      count.mismatches++;
      first ??= sideBySide(script, linux, model);
    } else if (run.judge() !== null) {
      count.failing++;
    }
  }
  return {
    interleavings: interleavings?.toString() ?? null,
    isAll,
    firstMismatch: first,
    ...count,
  };
}

/**
 * Nothing but calls, of tasks that are there from the start; and its programs know of a kernel only
 * what calls return, which is so of queues, not of timers.
 */
const isReplayable = (
  { tasks, faults, kernelMade, modelOnly }: Scenario,
  { kind }: Subject,
): boolean =>
  kind === 'msg' &&
  faults === undefined &&
  kernelMade === undefined &&
  modelOnly === undefined &&
  tasks.every((task) => task.setUp === undefined);

/** Each strategy, all of which the kernel below has, with each of its caller halves. */
export async function replayAll(
  agent: Agent,
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
  most = MOST_ORDERS,
  interrupted: () => boolean = () => false,
): Promise<Schedules[]> {
  const rows: Schedules[] = [];
  for (const scenario of scenarios) {
    for (const strategy of strategies) {
      const subject = subjectOf(strategy, scenario);
      if (subject === null || !isReplayable(scenario, subject) || interrupted()) continue;
      for (const [name, caller] of callers(strategy)) {
        const run = () => new CallByCall(scenario, caller, strategy.kernel, subject);
        const [first] = orders(run);
        if (first?.steps.some(namesByNumber)) continue;
        const row = await replaySchedules(agent, scenario, caller, strategy.kernel, subject, most);
        rows.push({ scenario: scenario.name, strategy: name, ...row });
      }
    }
  }
  return rows;
}

/**
 * Every order of calls, depth first; each run is one that was made anew and led to its end, or null
 * if that is too far.
 */
function* orders(
  make: () => CallByCall,
  prefix: readonly number[] = [],
): Generator<CallByCall | null> {
  const run = make();
  for (const task of prefix) run.step(task);
  const ready = run.ready();
  if (ready.length === 0) {
    yield run;
  } else if (prefix.length === LONGEST) {
    yield null;
  } else {
    for (const task of ready) yield* orders(make, [...prefix, task]);
  }
}
