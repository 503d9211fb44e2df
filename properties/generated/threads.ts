// SPDX-License-Identifier: MIT
/**
 * Programs of two or three threads, each with a few calls of its own, as scenarios: every
 * interleaving is explored. What must hold is the same for all of them:
 *
 *   of those that ask for one slot, one gets the id it asked for, and the others EEXIST;
 *   a call that must fail fails, with the errno it would have alone;
 *   plain calls, also those of children and handlers, share out what they would without the others.
 */
import fc from 'fast-check';
import { explore } from '../../core/explore/graph.ts';
import { replay } from '../../core/explore/replay.ts';
import { runAtRandom } from '../../core/explore/run.ts';
import { formatSchedule, type Schedule } from '../../core/explore/schedule.ts';
import type { Directable } from '../../core/kernel/directed.ts';
import { fail, formatResult } from '../../core/kernel/errno.ts';
import {
  IPC_CREAT,
  IPC_PRIVATE,
  SA_NODEFER,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
} from '../../core/kernel/flags.ts';
import { putStruct, SIGACTION } from '../../core/kernel/memory.ts';
import type { Direct, Outcome, Scenario } from '../../core/kernel/scenario.ts';
import { A_QUEUE } from '../../core/kernel/scenario.ts';
import {
  type Caller,
  type Program,
  type Programs,
  type Said,
  sys,
} from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import type { Design, Effort } from '../check.ts';
import { smallerList } from './shorten.ts';

export type Call =
  /** A queue, of a given id or not. */
  | { readonly does: 'msgget'; readonly want: number | null }
  /** A queue whose key is taken, or an id that is none: refused. */
  | { readonly does: 'msgget in vain'; readonly why: 'EEXIST' | 'EINVAL' }
  /** A child, of a given number or not, which makes a queue. */
  | { readonly does: 'fork'; readonly want: number | null }
  /** A signal to another thread, whose handler makes a queue. */
  | { readonly does: 'signal'; readonly to: number };

export interface ThreadProgram {
  /** Calls of each thread. */
  readonly threads: readonly (readonly Call[])[];
  /** Whether they share a process, or are one each. */
  readonly isOneProcess: boolean;
}

const NAMES = ['A', 'B', 'C'] as const;
const SIGNALS = [SIGUSR1, SIGUSR2, SIGTERM] as const;
const KEY = 7;
const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const TAKEN = sys('msgget', KEY, NEW);

const nameOf = (thread: number): string => NAMES[thread] ?? 'Z';

/** What calls there may be, by what a design directs, and whether there are signals. */
export interface Vocabulary {
  readonly queues: boolean;
  readonly pids: boolean;
  readonly signals: boolean;
}

export function threadPrograms(has: Vocabulary): fc.Arbitrary<ThreadProgram> {
  // Few, so that threads ask for the same; two of one slot.
  const id = fc.constantFrom(101, 102, 32768 + 101);
  const pid = fc.constantFrom(101, 102);
  const asked = (isDirected: boolean, wants: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
    isDirected ? fc.option(wants) : fc.constant(null);
  const calls: fc.Arbitrary<Call>[] = [
    fc.record({ does: fc.constant('msgget' as const), want: asked(has.queues, id) }),
    fc.record({ does: fc.constant('fork' as const), want: asked(has.pids, pid) }),
  ];
  if (has.queues) {
    calls.push(
      fc.record({
        does: fc.constant('msgget in vain' as const),
        why: fc.constantFrom('EEXIST' as const, 'EINVAL' as const),
      }),
    );
  }
  if (has.signals) {
    calls.push(fc.record({ does: fc.constant('signal' as const), to: fc.nat(1) }));
  }
  const thread = fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 4 });
  return fc.record({
    // Three have many interleavings.
    threads: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(thread, thread) },
      { weight: 1, arbitrary: fc.tuple(thread, thread, thread) },
    ),
    // Only a thread of the same process can be sure of whom it signals.
    isOneProcess: has.signals ? fc.constant(true) : fc.boolean(),
  });
}

/** One thread less, or one call less. */
export function* smallerThreads(program: ThreadProgram): Generator<ThreadProgram> {
  const { threads } = program;
  const candidates = smallerList(threads, (calls) => smallerList(calls, () => []));
  for (const smaller of candidates) {
    if (smaller.length > 0) yield { ...program, threads: smaller };
  }
}

function formatCall(call: Call): string {
  switch (call.does) {
    case 'msgget':
    case 'fork':
      return call.want === null ? call.does : `${call.does} asking for ${call.want}`;
    case 'msgget in vain':
      return `msgget to get ${call.why}`;
    case 'signal':
      return `signal to the ${call.to === 0 ? 'next' : 'one after'}`;
  }
}

export function formatThreads({ threads, isOneProcess }: ThreadProgram): string {
  const lines = threads.map((calls, n) => `${nameOf(n)}: ${calls.map(formatCall).join(', ')}`);
  return `${lines.join(' | ')}${isOneProcess ? '' : ' (a process each)'}`;
}

/** Where a thread's handler leaves what it got: a count, then results. */
const RESULTS_MAX = 8;

export function asScenario(program: ThreadProgram): Scenario {
  const { threads, isOneProcess } = program;
  const boxes = new Map<string, number>();
  return {
    name: 'generated',
    question: formatThreads(program),
    rule: 'each gets what it asked for, and the others what is left',
    kind: 'hazard',
    context: 'general use',
    directs: [A_QUEUE.kind],
    tasks: threads.map((_, n) => ({
      name: nameOf(n),
      role: '',
      process: isOneProcess ? 'P' : nameOf(n),
      program: nameOf(n),
      setUp: `set up ${nameOf(n)}`,
    })),
    programs: (direct) => programsOf(threads, direct, boxes),
    judge: (outcome) => judge(program, outcome),
  };
}

function programsOf(
  threads: ThreadProgram['threads'],
  direct: Direct,
  boxes: Map<string, number>,
): Programs {
  const programs: Record<string, (me: Caller) => Program<Said>> = {
    *heir() {
      return yield QUEUE;
    },
  };
  for (const [n, calls] of threads.entries()) {
    const name = nameOf(n);
    programs[`set up ${name}`] = function* (me) {
      boxes.set(name, me.memory.allocate(8 * (1 + RESULTS_MAX)));
      const action = putStruct(me.memory, SIGACTION, { handler: 1000, flags: SA_NODEFER });
      yield sys('rt_sigaction', `handler of ${name}`, SIGNALS[n] ?? 0, action, 0, 8);
      return n === 0 ? yield TAKEN : 0;
    };
    programs[`handler of ${name}`] = function* ({ memory }) {
      const id = yield QUEUE;
      const box = boxes.get(name) ?? 0;
      const count = Number(memory.load(box)) + 1;
      memory.store(box + 8 * count, id);
      memory.store(box, count);
      return 0;
    };
    programs[name] = function* (me) {
      const results: number[] = [];
      for (const call of calls) results.push(yield* make(me, direct, call, n, threads.length));
      const box = boxes.get(name) ?? 0;
      const handled = Number(me.memory.load(box));
      for (let at = 1; at <= handled; at++) results.push(Number(me.memory.load(box + 8 * at)));
      return Object.freeze(results);
    };
  }
  return programs;
}

function* make(me: Caller, direct: Direct, call: Call, thread: number, threads: number): Program {
  const ask = (kind: 'msg' | 'pid', id: number, directable: Directable) =>
    direct(me, { kind, values: [id] }, directable);
  switch (call.does) {
    case 'msgget':
      return call.want === null ? yield QUEUE : yield* ask('msg', call.want, QUEUE);
    case 'msgget in vain':
      return yield* call.why === 'EEXIST' ? ask('msg', 103, TAKEN) : ask('msg', -1, QUEUE);
    case 'fork': {
      const fork = sys('fork', 'heir');
      return call.want === null ? yield fork : yield* ask('pid', call.want, fork);
    }
    case 'signal': {
      const to = (thread + 1 + call.to) % threads;
      // Booted after init, in order: pids 2, 3 and 4.
      return yield sys('tgkill', FIRST_PID, FIRST_PID + to, SIGNALS[to] ?? 0);
    }
  }
}

/** Of thread A; init is 1. */
const FIRST_PID = 2;

const saidBy = (outcome: Outcome, name: string): readonly number[] => {
  const said = outcome.results.get(name);
  return said === undefined ? [] : [said].flat();
};

function judge({ threads }: ThreadProgram, outcome: Outcome): string | null {
  const plain = { msgget: [] as number[], fork: [] as number[] };
  const slots = new Map<string, { asked: number; got: number }[]>();
  for (const [n, calls] of threads.entries()) {
    const results = saidBy(outcome, nameOf(n));
    for (const [at, call] of calls.entries()) {
      const got = results[at] ?? 0;
      if (call.does === 'msgget in vain') {
        if (got !== fail(call.why)) return `${formatCall(call)} gave ${formatResult(got)}`;
      } else if (call.does === 'signal') {
        if (got !== 0) return `${formatCall(call)} gave ${formatResult(got)}`;
      } else if (call.want === null) {
        plain[call.does].push(got);
      } else {
        const slot = `${call.does} ${call.want % 32768}`;
        slots.set(slot, [...(slots.get(slot) ?? []), { asked: call.want, got }]);
      }
    }
    plain.msgget.push(...results.slice(calls.length));
  }
  for (const [name] of outcome.results) {
    if (name.length > 1) plain.msgget.push(...saidBy(outcome, name));
  }
  for (const [slot, asked] of slots) {
    const wrong = judgeSlot(slot, asked);
    if (wrong !== null) return wrong;
  }
  // The one queue that was there before has id 0.
  return (
    judgePlain('msgget', plain.msgget, 1) ??
    judgePlain('fork', plain.fork, FIRST_PID + threads.length)
  );
}

function judgeSlot(slot: string, asked: readonly { asked: number; got: number }[]): string | null {
  const winners = asked.filter((one) => one.got === one.asked);
  const others = asked.filter((one) => one.got !== one.asked);
  const stray = others.find((one) => one.got !== fail('EEXIST'));
  if (stray !== undefined) {
    return `${slot.split(' ')[0]} asking for ${stray.asked} gave ${formatResult(stray.got)}`;
  }
  return winners.length === 1 ? null : `${winners.length} got ${slot}`;
}

function judgePlain(name: string, got: readonly number[], first: number): string | null {
  const sorted = got.toSorted((a, b) => a - b);
  const wrong = sorted.find((result, n) => result !== first + n);
  return wrong === undefined ? null : `a plain ${name} gave ${formatResult(wrong)}`;
}

/** What was found in the interleavings of one program. */
export interface Looked {
  /** Whether all of them were looked at. */
  readonly isAll: boolean;
  /** Null, or what is wrong in one. */
  readonly wrong: string | null;
}

/** Every interleaving, or, of a program with too many states, some that are drawn. */
export function look(design: Design, program: ThreadProgram, effort: Effort): Looked {
  const scenario = asScenario(program);
  const system = scenarioOnModel(scenario, design, A_QUEUE);
  const { verdict, counterexample } = explore(system, { maxStates: effort.states });
  if (verdict.kind === 'EXHAUSTIVE' || counterexample !== null) {
    const wrong = counterexample === null ? null : told(design, program, counterexample);
    return { isAll: verdict.kind === 'EXHAUSTIVE', wrong };
  }
  for (let n = 0; n < effort.schedules; n++) {
    const live = scenarioOnModel(scenario, design, A_QUEUE);
    const { schedule, ...end } = runAtRandom(live.threads, effort.seed + n);
    if (live.judge(end) !== null) return { isAll: false, wrong: told(design, program, schedule) };
  }
  return { isAll: false, wrong: null };
}

/** What is wrong at the end of a schedule, with the program and the string that replays it. */
function told(design: Design, program: ThreadProgram, schedule: Schedule): string {
  const { wrong } = replay(scenarioOnModel(asScenario(program), design, A_QUEUE), schedule);
  return `${wrong}; in: ${formatThreads(program)}; replay "${formatSchedule(schedule)}"`;
}
