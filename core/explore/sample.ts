// SPDX-License-Identifier: MIT
/**
 * Seeded sampling, for systems whose state graph is too large: so many runs on fresh systems, each
 * schedule drawn in one of the ways of sampling/. It proves nothing, and says so. A failing schedule
 * is reduced: wherever a thread was made to wait for another, it goes on first instead, as long as
 * what comes of it still fails.
 */
import { type Budget, type Exploration, explore } from './graph.ts';
import { Machine, type System } from './machine.ts';
import { follow, type Trace } from './replay.ts';
import { runChosen } from './run.ts';
import { drawsFrom } from './sampling/draw.ts';
import { chooserOf, profileByWalks, type Sampler } from './sampling/samplers.ts';
import { type Schedule, threadOf } from './schedule.ts';

export interface Sampling {
  readonly runs: number;
  /** The first run's; each that follows has the next. */
  readonly seed: number;
  readonly by: Sampler;
}

export interface Sample {
  /** Runs whose end the judge rejects. */
  readonly failing: number;
  /** The first of these, reduced; null if there is none. */
  readonly counterexample: Schedule | null;
}

/** @param make a fresh system each time, as runs leave their traces in memory */
export function sample(make: () => System, { runs, seed, by }: Sampling): Sample {
  const profile = profileByWalks(make, seed);
  let failing = 0;
  let first: Schedule | null = null;
  for (let run = 0; run < runs; run++) {
    const system = make();
    const names = system.threads.map(({ name }) => name);
    const chooser = chooserOf(by, profile, names, drawsFrom(seed + run));
    const { schedule, results, blocked } = runChosen(system.threads, chooser);
    if (system.judge({ results, blocked }) === null) continue;
    failing++;
    first ??= schedule;
  }
  return { failing, counterexample: first === null ? null : reduce(make(), first) };
}

/**
 * Every interleaving, or where these are too many, a sample.
 * @param system one of those that are made, and a machine of its threads
 */
export function exploreOrSample(
  make: () => System,
  budget: Budget,
  sampling: Sampling,
  system: System = make(),
  machine: Machine = new Machine(system.threads),
): Exploration {
  const explored = explore(system, budget, machine);
  const isStopped = (budget.halt?.() ?? null) !== null;
  if (explored.verdict.kind === 'EXHAUSTIVE' || isStopped) return explored;
  const { failing, counterexample } = sample(make, sampling);
  return {
    ...explored,
    verdict: { kind: 'SAMPLED', ...sampling },
    failing: BigInt(failing),
    counterexample: counterexample ?? explored.counterexample,
  };
}

/** More steps than these are not run to reduce a schedule. */
const MOST_STEPS = 20_000;

/** A failing schedule with no more preemptions, and unless it is very long, no single one to spare. */
export function reduce(system: System, schedule: Schedule): Schedule {
  const machine = new Machine(system.threads);
  const run = (wanted: Schedule) => {
    const trace = follow(machine, system, toTheEnd(machine, wanted), () => {});
    machine.undoTo(0);
    return trace;
  };
  let best = run(schedule);
  let taken = 0;
  for (let at = 0; at + 1 < best.steps.length && taken < MOST_STEPS; ) {
    const [step, next] = [best.steps[at], best.steps[at + 1]];
    const isPreempted = step?.couldGoOn === true && next?.thread !== step.thread;
    const shorter = isPreempted ? run(goesOn(best.steps, at)) : null;
    taken += shorter?.steps.length ?? 0;
    if (shorter?.wrong != null && shorter.preemptions < best.preemptions) {
      best = shorter;
      at = 0;
    } else {
      at++;
    }
  }
  return best.steps.map(({ name }) => name);
}

/** The schedule in which the thread of step `at` has its next run of steps right behind it. */
function goesOn(steps: Trace['steps'], at: number): Schedule {
  const [before, after] = [steps.slice(0, at + 1), steps.slice(at + 1)];
  const thread = steps[at]?.thread;
  const from = after.findIndex((step) => step.thread === thread);
  let to = from;
  while (from >= 0 && after[to]?.thread === thread) to++;
  const run = from < 0 ? [] : after.splice(from, to - from);
  return [...before, ...run, ...after].map(({ name }) => name);
}

/** The wanted schedule as far as it fits, then the thread that ran last, as far as it gets. */
function* toTheEnd(machine: Machine, wanted: Schedule): Generator<string> {
  yield* wanted;
  let last = threadOf(wanted.at(-1) ?? '');
  for (;;) {
    const moves = machine.moves();
    const next = moves.find(({ thread }) => thread === last) ?? moves[0];
    if (next === undefined) return;
    last = next.thread;
    yield next.name;
  }
}
