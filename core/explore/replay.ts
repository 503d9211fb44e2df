// SPDX-License-Identifier: MIT
/**
 * One schedule, step by step, with footprints: for drawing a counterexample, for replaying one
 * from its string, and for finding what caused it.
 */
import { InputError } from '../input-error.ts';
import { type Cell, HistoryCell } from './cell.ts';
import { Machine, type System } from './machine.ts';
import { formatSchedule, preemptions, type Schedule } from './schedule.ts';
import type { Write } from './step-recorder.ts';

export interface TraceStep {
  /** The thread, and what was chosen where that is not the usual. */
  readonly name: string;
  readonly thread: string;
  readonly notes: readonly string[];
  readonly reads: readonly Cell<unknown>[];
  readonly writes: readonly Write[];
  /** True if the thread was not done and not waiting after the step. */
  readonly couldGoOn: boolean;
}

export interface Trace {
  readonly steps: readonly TraceStep[];
  /** The same as a replay string, and how many of its switches were preemptions. */
  readonly schedule: string;
  readonly preemptions: number;
  /** Null if all is well at the end, or what is wrong. */
  readonly wrong: string | null;
}

/** Two steps (indices into a trace) whose reversal makes the property hold. */
export interface Cause {
  readonly first: number;
  readonly second: number;
  /** A cell that both touch and one writes. */
  readonly cell: Cell<unknown>;
}

/**
 * Runs `schedule` and nothing else.
 * @throws InputError naming the step at which it does not fit, and what was possible there.
 */
export function replay(system: System, schedule: Schedule): Trace {
  const machine = new Machine(system.threads);
  const trace = follow(machine, system, schedule, (at, name) => {
    const possible = machine.moves().map((move) => move.name);
    throw new InputError(
      `replay string, step ${at + 1}`,
      `${name} is not possible there`,
      possible.length === 0
        ? `the run ends after ${at} steps`
        : `what is possible: ${possible.join(', ')}`,
    );
  });
  const left = machine.moves().map((move) => move.name);
  machine.undoTo(0);
  if (left.length > 0) {
    throw new InputError(
      'replay string',
      `it stops after ${schedule.length} steps, before the run has ended`,
      `go on with one of ${left.join(', ')}`,
    );
  }
  return trace;
}

/** Takes the steps that fit, for the caller to undo; a misfit is passed over unless `misfit` throws. */
export function follow(
  machine: Machine,
  system: System,
  schedule: Iterable<string>,
  misfit: (at: number, name: string) => void,
): Trace {
  const steps: TraceStep[] = [];
  for (const name of schedule) {
    const move = machine.moves().find((candidate) => candidate.name === name);
    if (move === undefined) {
      try {
        misfit(steps.length, name);
      } catch (error) {
        machine.undoTo(0);
        throw error;
      }
      continue;
    }
    machine.take(move);
    const { thread, notes, reads, writes } = move;
    const couldGoOn = machine.moves().some((next) => next.thread === thread);
    steps.push({ name, thread, notes, reads, writes, couldGoOn });
  }
  return {
    steps,
    schedule: formatSchedule(steps.map((step) => step.name)),
    preemptions: preemptions(steps),
    wrong: machine.moves().length === 0 ? system.judge(machine.end()) : null,
  };
}

/** More steps than these are not run for it: a long schedule has a great many pairs. */
const MOST_STEPS = 20_000;

/**
 * The latest pair of conflicting steps whose reversal, with everything else kept as far as it can
 * be, makes the property hold: found by reversing each and running, not by guessing. Null if no
 * single reversal does, of the latest that are tried.
 */
export function findCause(system: System, trace: Trace): Cause | null {
  const machine = new Machine(system.threads);
  const touched = trace.steps.map(touchedBy);
  let run = 0;
  for (let second = trace.steps.length - 1; second > 0; second--) {
    for (let first = second - 1; first >= 0; first--) {
      const cell = conflict(touched[first], touched[second]);
      if (cell === null) continue;
      run += trace.steps.length;
      if (run > MOST_STEPS) return null;
      if (holdsReversed(machine, system, trace, first, second)) return { first, second, cell };
    }
  }
  return null;
}

/**
 * The latest step that chose what is not usual, and had it not, all would be well: found by running it
 * the usual way. Null if there is none.
 */
export function findChoice(system: System, trace: Trace): number | null {
  const machine = new Machine(system.threads);
  for (let at = trace.steps.length - 1; at >= 0; at--) {
    const step = trace.steps[at];
    if (step === undefined || step.name === step.thread) continue;
    const names = trace.steps.map(({ name }) => name).with(at, step.thread);
    if (holds(machine, system, names)) return at;
  }
  return null;
}

interface Touched {
  readonly thread: string;
  readonly written: ReadonlySet<Cell<unknown>>;
  readonly all: ReadonlySet<Cell<unknown>>;
}

function touchedBy({ thread, reads, writes }: TraceStep): Touched {
  const cells = writes.map(({ cell }) => cell);
  const written = new Set(cells.filter((cell) => !(cell instanceof HistoryCell)));
  return { thread, written, all: new Set([...reads, ...written]) };
}

/** A cell that steps of two threads both touch and at least one writes, or null. */
function conflict(a: Touched | undefined, b: Touched | undefined): Cell<unknown> | null {
  if (a === undefined || b === undefined || a.thread === b.thread) return null;
  for (const cell of a.written) if (b.all.has(cell)) return cell;
  for (const cell of b.written) if (a.all.has(cell)) return cell;
  return null;
}

function holdsReversed(
  machine: Machine,
  system: System,
  trace: Trace,
  first: number,
  second: number,
): boolean {
  const overtaking = trace.steps[second]?.thread;
  const between = trace.steps.slice(first, second + 1);
  const reversed = [
    ...trace.steps.slice(0, first),
    ...between.filter(({ thread }) => thread === overtaking),
    ...between.filter(({ thread }) => thread !== overtaking),
    ...trace.steps.slice(second + 1),
  ];
  return holds(
    machine,
    system,
    reversed.map(({ name }) => name),
  );
}

/** Whether all is well behind a schedule, as far as it fits, and then whoever can go on. */
function holds(machine: Machine, system: System, wanted: Schedule): boolean {
  follow(machine, system, toTheEnd(machine, wanted), () => {});
  const ended = machine.moves().length === 0;
  const wrong = system.judge(machine.end());
  machine.undoTo(0);
  return ended && wrong === null;
}

/** The wanted schedule as far as it fits, then whoever can go on: the reversal may change paths. */
function* toTheEnd(machine: Machine, wanted: Schedule): Generator<string> {
  yield* wanted;
  for (let rest = machine.moves(); rest[0] !== undefined; rest = machine.moves()) {
    yield rest[0].name;
  }
}
