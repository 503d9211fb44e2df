// SPDX-License-Identifier: MIT
/**
 * A scenario: named programs, who runs them, and what must hold afterwards. One object for every
 * reading: explored on the model, and later replayed, raced and timed on real kernels.
 */
import type { Directable, Want, WantKind } from './directed.ts';
import { formatResult } from './errno.ts';
import { CLOCK_MONOTONIC, IPC_CREAT, IPC_PRIVATE, IPC_SET } from './flags.ts';
import { putNumbers } from './memory.ts';
import { type CallerHalf, canDirect, type Strategy, type SyscallHandlers } from './strategy.ts';
import {
  type Await,
  type Caller,
  type Program,
  type Programs,
  type Said,
  type Syscall,
  sys,
} from './syscall.ts';

/** Name of a program that every scenario has. */
export const CHILD = 'child';

/** What a task does that is only to be there: it can be killed, and its waiting is no deadlock. */
export const IDLE: Await = { until: () => false, why: 'nothing', idle: true };

/**
 * What is done in place of a call that a caller half is about to make, null to let it through;
 * `isTheCall` of the call that it was given to direct, made as it is.
 */
export type Tap = (made: Syscall, isTheCall: boolean) => Program | null;

/** Directs a call by whatever design is under test. */
export interface Direct {
  /** With a tap, for what others do between the passes, or with what the design uses. */
  (me: Caller, want: Want, call: Directable, tap?: Tap): Program;
  /** The design asks first, and then leaves the call as it is. */
  readonly twoPasses: boolean;
}

/** A caller half as scenarios use it: whatever it prepares is prepared once a thread. */
export function directBy(half: CallerHalf): Direct {
  // Keyed by the run of a program, so that a replayed generator prepares again.
  const prepared = new WeakMap<Caller, number>();
  function* passes(me: Caller, want: Want, call: Directable): Program {
    let ready = prepared.get(me);
    if (ready === undefined) {
      ready = half.prepare === undefined ? 0 : yield* half.prepare(me);
      prepared.set(me, ready);
    }
    return yield* half.direct(me, want, call, ready);
  }
  function* direct(me: Caller, want: Want, call: Directable, tap?: Tap): Program {
    const ours = withRoom(me, call);
    const made = passes(me, want, ours);
    return resultOf(me, ours, yield* tap === undefined ? made : tapped(made, ours, tap));
  }
  return Object.assign(direct, { twoPasses: half.twoPasses === true });
}

function* tapped(program: Program, call: Directable, tap: Tap): Program {
  let result = 0;
  for (;;) {
    const { done, value } = program.next(result);
    if (done === true) return value;
    const instead = 'until' in value ? null : tap(value, value === call);
    result = instead === null ? yield value : yield* instead;
  }
}

/**
 * Directs a call while somebody else's code comes in between: between the passes of a design that
 * has two, and before the call of one that has one.
 */
export function* directAround(
  direct: Direct,
  me: Caller,
  want: Want,
  call: Directable,
  between: () => Program,
): Program {
  if (!direct.twoPasses) {
    yield* between();
    return yield* direct(me, want, call);
  }
  return yield* direct(me, want, call, (made, isTheCall) =>
    isTheCall ? andThen(between, made) : null,
  );
}

function* andThen(between: () => Program, call: Syscall): Program {
  yield* between();
  return yield call;
}

/** Makes a directable call and asks for nothing. Results compare with those of directed calls. */
export function* plainly(me: Caller, call: Directable): Program {
  const ours = withRoom(me, call);
  return resultOf(me, ours, yield ours);
}

/** timer_create writes its id to memory: of the caller's own, where a subject names none. */
function withRoom({ memory }: Caller, call: Directable): Directable {
  if (call.name !== 'timer_create' || call.args[2] !== 0) return call;
  const [clock, event] = call.args;
  return sys('timer_create', clock, event, putNumbers(memory, 4, [0]));
}

/** The id that a call made, wherever the call says it. */
function resultOf({ memory }: Caller, call: Directable, result: number): number {
  return call.name === 'timer_create' && result === 0 ? Number(memory.load(call.args[2])) : result;
}

export interface ScenarioTask {
  /** One capital letter: its name in schedules. */
  readonly name: string;
  /** For the head of its column: "wants 101". */
  readonly role: string;
  /** Tasks of one process are threads that share memory and files. */
  readonly process: string;
  readonly program: string;
  /** Program that it runs to its end before anything is explored; it must not block. */
  readonly setUp?: string;
}

/** Something that may strike once, wherever it can: explored for each place, and for none. */
export interface Fault {
  readonly kind: 'ENOMEM';
  /** The task whose allocations may fail. */
  readonly task: string;
}

export interface Outcome {
  /**
   * What each finished program returned, by thread: a task of the scenario, or one that it made,
   * "Aa" being A's first.
   */
  readonly results: ReadonlyMap<string, Said>;
}

/** What is directed in a scenario that does not care: some object, and the call that makes one. */
export interface Subject {
  readonly kind: WantKind;
  readonly call: Directable;
}

export const A_QUEUE: Subject = {
  kind: 'msg',
  call: sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600),
};
export const A_CHILD: Subject = { kind: 'pid', call: sys('fork', CHILD) };
/** Whoever makes this call gives it room for the id: directBy() and plainly() do. */
export const A_TIMER: Subject = {
  kind: 'timer',
  call: sys('timer_create', CLOCK_MONOTONIC, 0, 0),
};
/** Which queue it is of, and what else it sets, is up to whoever makes it. */
export const A_STATE: Subject = { kind: 'msg_state', call: sys('msgctl', 0, IPC_SET, 0) };
const SUBJECTS: readonly Subject[] = [A_QUEUE, A_CHILD, A_TIMER, A_STATE];

/**
 * The first that a strategy can direct; null if a scenario says nothing about it. Code that was
 * never changed can be directed in two passes only.
 */
export function subjectOf(
  strategy: Pick<Strategy, 'directs' | 'tries' | 'caller'>,
  { directs, kind: scenarioKind }: Pick<Scenario, 'directs' | 'kind'>,
): Subject | null {
  if (strategy.tries === true) return null;
  if (scenarioKind === 'virtue' && strategy.caller.twoPasses !== true) return null;
  const isFit = ({ kind }: Subject) => directs.includes(kind) && canDirect(strategy, kind);
  return SUBJECTS.find(isFit) ?? null;
}

/** What a scenario runs, under a design, with the child that all have. */
export function programsOf(scenario: Scenario, caller: CallerHalf, subject: Subject): Programs {
  return {
    *[CHILD]() {
      return yield IDLE;
    },
    ...scenario.programs(directBy(caller), subject),
  };
}

/** For people, in what a judge says. */
export function formatSaid(said: Said | undefined): string {
  if (said === undefined) return 'nothing';
  return typeof said === 'number' ? formatResult(said) : said.map(formatResult).join(', ');
}

/** How large a scenario is: its tasks, and calls of each that was added or has a number of them. */
export interface Size {
  readonly threads: number;
  readonly calls: number;
}

export interface Scenario {
  readonly name: string;
  /** The question it asks, for people. */
  readonly question: string;
  /** What must hold, as a sentence for the report. */
  readonly rule: string;
  /** A hazard is to be survived; a virtue is to be had. */
  readonly kind: 'hazard' | 'virtue';
  /** Can it happen in a single-purpose restarter at all, or only in general use? */
  readonly context: 'restarter' | 'general use';
  /** Kinds that it can be asked with; a design that directs none of them has no part in it. */
  readonly directs: readonly WantKind[];
  /** Ids that are asked for and were free: a plain call is not to be given one of them. */
  readonly wants: readonly number[];
  readonly tasks: readonly ScenarioTask[];
  readonly faults?: readonly Fault[];
  /** Calls that stand for what a kernel does on somebody's behalf, and no design knows of. */
  readonly kernelMade?: SyscallHandlers;
  /** It has addresses that mean something to the model alone, so no other kernel can run it. */
  readonly modelOnly?: true;
  /** By name. There is also CHILD, which does nothing, for a fork that is only to get a number. */
  programs(direct: Direct, subject: Subject): Programs;
  /** Null if all is well, or what is wrong. A deadlock is always wrong and never gets here. */
  judge(outcome: Outcome): string | null;
  /** The same at a larger size, where it has a way of its own to grow: properties/sizes/. */
  at?(size: Size): Scenario;
}
