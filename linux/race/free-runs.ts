// SPDX-License-Identifier: MIT
/**
 * Scenarios run freely on the kernel below, many times, as memory models are tested (Alglave et al.,
 * "Litmus", TACAS 2011): each outcome that is observed must be one that the model allows.
 */
import { programsOf, type Scenario, type Subject, subjectOf } from '../../core/kernel/scenario.ts';
import type { CallerHalf, KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { callers } from '../../properties/checks.ts';
import { formatStep, namesByNumber } from '../conformance/script.ts';
import type { Agent } from '../host/agent.ts';
import {
  FEATURE_CLONE3,
  FEATURE_LAST_PID,
  FEATURE_NEXT_ID,
  FEATURE_TIMER_IDS,
  type Hello,
  MAX_RACERS,
} from '../host/protocol.ts';
import { type Allowed, allowed, type History, LeftOut, outcomeOf } from './allowed.ts';
import { treeOf } from './tree.ts';
import { type Course, courseOf, decodeSeen, encodeRace, type Mode, type Seen } from './wire.ts';

/** A scenario by one caller half of a strategy that the kernel below has. */
export interface Race {
  readonly scenario: Scenario;
  /** "next_id" or "next_id (kept)". */
  readonly strategy: string;
  readonly caller: CallerHalf;
  readonly subject: Subject;
  /** What the kernel below has beyond plain Linux. */
  readonly kernel: KernelHalf;
}

export interface Observed {
  readonly scenario: string;
  readonly strategy: string;
  /** Ways to end that the model allows, and how many of them were seen. */
  readonly allowed: number;
  readonly seen: number;
  readonly byMode: {
    readonly mode: Mode;
    readonly runs: number;
    readonly failing: number;
  }[];
  /** Runs that ended as the model does not allow; and all that the calls of the first returned. */
  readonly outside: number;
  readonly firstOutside: string[] | null;
  /** What the model has: decimal, as they pass 2^53. */
  readonly interleavings: string;
  readonly failing: string;
}

export interface NotRun {
  readonly scenario: string;
  readonly strategy: string;
  readonly reason: string;
}

const MAX_STATES = 200_000;
/** A request is answered within about a second. */
const AT_ONCE = 250;

const NEEDS: readonly { readonly of: RegExp; readonly bit: number; readonly what: string }[] = [
  { of: /^next_id/, bit: FEATURE_NEXT_ID, what: 'msg_next_id can not be written here' },
  { of: /^ns_last_pid/, bit: FEATURE_LAST_PID, what: 'ns_last_pid can not be written here' },
  { of: /^clone3/, bit: FEATURE_CLONE3, what: 'clone3 is forbidden here' },
  { of: /^timer-ids/, bit: FEATURE_TIMER_IDS, what: 'this kernel is older than 6.15' },
];

/** Needs nothing new of a kernel. */
export const isStock = ({ kernel }: Strategy): boolean => Object.keys(kernel).length === 0;

/** All in which threads race, by strategies that the kernel below has. */
export function racesOf(
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
  halves: 'all' | 'own',
): Race[] {
  return scenarios
    .filter(({ tasks }) => tasks.length > 1)
    .flatMap((scenario) =>
      strategies.flatMap((strategy) => {
        const subject = subjectOf(strategy, scenario);
        if (subject === null) return [];
        return callers(strategy)
          .filter(([name]) => halves === 'all' || name === strategy.name)
          .map(([name, caller]) => ({
            ...{ scenario, strategy: name, caller, subject },
            kernel: strategy.kernel,
          }));
      }),
    );
}

/** A race that has been explored, ready to be run. */
export interface Ready {
  readonly race: Race;
  readonly allowed: Allowed;
  readonly course: Course;
}

/**
 * @param half what the model has in place of that: seeded defects, in tests
 * @throws LeftOut
 */
export function prepared(race: Race, hello: Hello, half = race.kernel): Ready {
  const { scenario, strategy, caller, subject } = race;
  const { tasks, faults, kernelMade, modelOnly } = scenario;
  if (faults !== undefined) throw new LeftOut('it has faults, which none can order here');
  if (kernelMade !== undefined) throw new LeftOut('a kernel would have to make calls for it');
  if (modelOnly !== undefined) throw new LeftOut('its addresses mean something to the model alone');
  if (tasks.some(({ setUp }) => setUp !== undefined)) throw new LeftOut('it has a set-up');
  if (tasks.length > MAX_RACERS) throw new LeftOut(`it has more than ${MAX_RACERS} tasks`);
  const missing = NEEDS.find(({ of, bit }) => of.test(strategy) && (hello.features & bit) === 0);
  if (missing !== undefined) throw new LeftOut(missing.what);
  const allows = allowed(scenario, { caller, kernel: half }, subject, MAX_STATES);
  const leaders = tasks.map(({ process }) => tasks.findIndex((task) => task.process === process));
  const racers = tasks.map(({ program }, task) => ({
    process: leaders[task] ?? task,
    tree: treeOf(() => bodyOf(race, program), task, allows.histories[task] ?? []),
  }));
  const course = courseOf(racers, hello);
  if (course.nodes.some(({ step }) => namesByNumber(step))) {
    throw new LeftOut('it finds a task by its number, and /proc is of a namespace around it');
  }
  return { race, allowed: allows, course };
}

function bodyOf({ scenario, caller, subject }: Race, program: string) {
  const body = programsOf(scenario, caller, subject)[program];
  if (body === undefined) throw new Error(`${scenario.name} has no program ${program}`);
  return body;
}

export interface Observing {
  /** In each mode. */
  readonly runs: number;
  readonly modes: readonly Mode[];
  /** Of the moments for which threads are held up: run n has seed + n. */
  readonly seed: number;
  readonly interrupted: () => boolean;
}

/** @throws InputError where the agent fails */
export async function observe(
  agent: Agent,
  ready: Ready,
  { runs, modes, seed, interrupted }: Observing,
): Promise<Observed> {
  const { race, allowed: allows, course } = ready;
  const seen = new Set<string>();
  let outside = 0;
  let firstOutside: string[] | null = null;
  let next = seed;
  let isStuck = false;
  const byMode: { mode: Mode; runs: number; failing: number }[] = [];
  for (const mode of modes) {
    const row = { mode, runs: 0, failing: 0 };
    byMode.push(row);
    while (row.runs < runs && !isStuck && !interrupted()) {
      const some = Math.min(AT_ONCE, runs - row.runs);
      const request = encodeRace(course, some, next, mode);
      next += some;
      for (const one of await agent.ask(request, (frame) => decodeSeen(frame, course.racers))) {
        row.runs += one.runs;
        isStuck ||= one.ends.some(({ kind }) => kind === 'stuck');
        const outcome = outcomeFrom(one);
        const isWrong = outcome === null ? undefined : allows.outcomes.get(outcome);
        if (outcome === null || isWrong === undefined) {
          outside += one.runs;
          firstOutside ??= told(one, ready);
        } else {
          seen.add(outcome);
          if (isWrong) row.failing += one.runs;
        }
      }
    }
  }
  return {
    scenario: race.scenario.name,
    strategy: race.strategy,
    allowed: allows.outcomes.size,
    seen: seen.size,
    byMode,
    outside,
    firstOutside,
    interleavings: allows.interleavings.toString(),
    failing: allows.failing.toString(),
  };
}

/** Null if not every thread came to an end of its tree. */
function outcomeFrom({ ends }: Seen): string | null {
  const histories = ends.map((end) => (end.kind === 'over' ? end.history : -1));
  return histories.includes(-1) ? null : outcomeOf(histories);
}

/** Of each task its calls, with what they returned. */
function told({ ends }: Seen, ready: Ready): string[] {
  const { race, allowed: allows, course } = ready;
  return ends.flatMap((end, task) => {
    const name = race.scenario.tasks[task]?.name ?? '';
    if (end.kind === 'stuck') return [`${name}: a call did not return`];
    if (end.kind === 'over') {
      const history: History = allows.histories[task]?.[end.history] ?? [];
      return [`${name}: its calls returned ${history.join(', ')}`];
    }
    const node = course.nodes[end.node];
    const call = node === undefined ? '' : formatStep(node.step);
    return [
      `${name}: ${call} returned ${end.result}, allowed: ${[...(node?.edges.keys() ?? [])].join(', ')}`,
    ];
  });
}
