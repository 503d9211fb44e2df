// SPDX-License-Identifier: MIT
/** An exploration as a row, and a schedule as a drawing: who did what, and which steps race. */
import type { Cell } from '../core/explore/cell.ts';
import { Struct } from '../core/explore/cell.ts';
import { type TraceCount, waysOf } from '../core/explore/certificate.ts';
import type { System } from '../core/explore/machine.ts';
import {
  type Cause,
  findCause,
  findChoice,
  replay,
  type Trace,
  type TraceStep,
} from '../core/explore/replay.ts';
import type { Scenario } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import type { Explored } from '../properties/sizes/explored.ts';
import type { Drawing, RaceRow } from './result.ts';

/** A size with its traces, where they were counted. */
export interface Certified extends Explored {
  readonly traces: TraceCount | null;
}

/** What was explored of a scenario by one strategy. */
export interface Race {
  /** The first size that fails, or the smallest. */
  readonly shown: Certified;
  /** The largest size that holds in every interleaving, if one does. */
  readonly deepest: Certified | null;
  readonly maxStates: number;
}

export function raceRow(
  strategy: Strategy & { readonly defect: string | null },
  { shown, deepest, maxStates }: Race,
): RaceRow {
  const { scenario, size, exploration, make } = shown;
  const { verdict, states, transitions, interleavings, failing, counterexample } = exploration;
  const { name, question, rule, kind, context } = scenario;
  const system = make();
  return {
    scenario: name,
    question,
    rule,
    scenarioKind: kind,
    context,
    strategy: strategy.name,
    ...(strategy.from === undefined ? {} : { from: strategy.from }),
    of: strategy.of,
    kind: strategy.kind,
    form: strategy.form,
    defect: strategy.defect,
    size,
    verdict,
    states,
    transitions,
    interleavings: interleavings?.toString() ?? null,
    failing: failing?.toString() ?? null,
    certificate: certificateOf(shown),
    counterexample:
      counterexample === null
        ? null
        : drawing(
            scenario,
            replay(system, counterexample),
            system,
            verdict.kind === 'EXHAUSTIVE' || verdict.kind === 'BOUNDED',
          ),
    deepest: deepest === null ? null : deepestOf(deepest),
    maxStates,
  };
}

/** Null unless interleavings were counted in two ways, which then came to the same. */
function certificateOf({ exploration, traces }: Certified): RaceRow['certificate'] {
  const ways = Object.keys(waysOf(exploration, traces)).length;
  if (traces === null || exploration.interleavings === null || ways < 2) return null;
  return { traces: traces.traces, blocked: traces.blocked, ways };
}

function deepestOf(deepest: Certified): RaceRow['deepest'] {
  const { states, transitions, ends, interleavings } = deepest.exploration;
  if (interleavings === null) return null;
  return {
    ...deepest.size,
    states,
    transitions,
    ends,
    interleavings: interleavings.toString(),
    certificate: certificateOf(deepest),
  };
}

/**
 * Draws a schedule that was run; its cause is looked for if something is wrong at its end.
 * @param isMinimal whether it is known that none that fails is shorter: of a state graph's it is
 */
export function drawing(
  scenario: Scenario,
  trace: Trace,
  system: System,
  isMinimal: boolean,
): Drawing {
  const cause = trace.wrong === null ? null : findCause(system, trace);
  const choice = trace.wrong === null || cause !== null ? null : findChoice(system, trace);
  const contested = cause?.cell ?? null;
  return {
    replay: trace.schedule,
    preemptions: trace.preemptions,
    isMinimal,
    steps: trace.steps.length,
    threads: scenario.tasks.map(({ name, role }) => ({ name, role })),
    contested: contested?.label ?? null,
    drawn: drawnSteps(trace, cause, choice, contested),
    wrong: trace.wrong,
    cause: cause !== null ? inWords(trace, cause) : choice !== null ? chosen(trace, choice) : null,
  };
}

function drawnSteps(
  { steps }: Trace,
  cause: Cause | null,
  choice: number | null,
  contested: Cell<unknown> | null,
): Drawing['drawn'] {
  const marked = cause === null ? [choice] : [cause.first, cause.second];
  const drawn = steps.flatMap((step, index) => {
    const isMarked = marked.includes(index);
    const isWorthALine = step.notes.length > 0 || isMarked;
    return isWorthALine ? [drawnStep(step, index, isMarked, contested)] : [];
  });
  // What went wrong shows in the last thing that the overtaken thread does.
  const victim = steps[cause?.second ?? choice ?? -1]?.thread;
  const last = drawn.findLastIndex((step) => step.thread === victim);
  return drawn.map((step, index) => ({ ...step, wrong: index === last }));
}

function drawnStep(
  { thread, notes, writes }: TraceStep,
  index: number,
  racing: boolean,
  contested: Cell<unknown> | null,
): Drawing['drawn'][number] {
  const written = writes.find(({ cell }) => cell === contested);
  return {
    step: index + 1,
    thread,
    text: notes.length > 0 ? notes.join('; ') : `uses ${contested?.label ?? 'memory'}`,
    racing,
    wrong: false,
    cell: written === undefined ? null : shown(written.value),
  };
}

/** A cell's value for people: plain data as its values in a row, nothing as a dash. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Struct) return value.label;
  if (typeof value !== 'object') return String(value);
  return Object.values(value).flat().map(shown).join(' ');
}

function inWords({ steps }: Trace, { first, second, cell }: Cause): string {
  const [early, late] = [steps[first], steps[second]];
  return (
    `step ${first + 1} of ${early?.thread} came before step ${second + 1} of ${late?.thread}, ` +
    `and both use ${cell.label}; with ${late?.thread}'s first, all is well`
  );
}

function chosen({ steps }: Trace, at: number): string {
  const step = steps[at];
  const what = step?.name.slice(step.thread.length + 1);
  return `in step ${at + 1} of ${step?.thread} there is ${what}; without, all is well`;
}
