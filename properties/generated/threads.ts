// SPDX-License-Identifier: MIT
/** A program of threads as a scenario, of which every interleaving is looked at. */
import { explore } from '../../core/explore/graph.ts';
import { replay } from '../../core/explore/replay.ts';
import { runAtRandom } from '../../core/explore/run.ts';
import { formatSchedule, type Schedule } from '../../core/explore/schedule.ts';
import type { Directable, Want } from '../../core/kernel/directed.ts';
import {
  EXECUTABLE,
  IPC_CREAT,
  IPC_PRIVATE,
  SA_NODEFER,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
} from '../../core/kernel/flags.ts';
import { putStruct, SIGACTION } from '../../core/kernel/memory.ts';
import { A_QUEUE, type Direct, directAround, type Scenario } from '../../core/kernel/scenario.ts';
import {
  type Caller,
  type Program,
  type Programs,
  type Said,
  sys,
} from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import type { Design, Effort } from '../check.ts';
import { becomes } from '../images.ts';
import { opensThatOf, passedOver } from '../taps.ts';
import { type Between, type Call, formatThreads, nameOf, type ThreadProgram } from './calls.ts';
import { judge } from './share-out.ts';

const SIGNALS = [SIGUSR1, SIGUSR2, SIGTERM] as const;
const KEY = 7;
const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const TAKEN = sys('msgget', KEY, NEW);
/** Asked for by those that then ask for something else, or in another's name. */
const NEVER_GIVEN: Want = { kind: 'msg', values: [104] };

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
    wants: threads
      .flat()
      .flatMap((call) => ('want' in call && call.want !== null ? [call.want] : [])),
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
    *'heir that execs'(me) {
      return yield* becomes(me, 'heir', EXECUTABLE);
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
      const beside: number[] = [];
      for (const call of calls) {
        results.push(yield* make({ me, direct, thread: n, threads: threads.length, beside }, call));
      }
      results.push(...beside);
      const box = boxes.get(name) ?? 0;
      const handled = Number(me.memory.load(box));
      for (let at = 1; at <= handled; at++) results.push(Number(me.memory.load(box + 8 * at)));
      return Object.freeze(results);
    };
  }
  return programs;
}

interface Making {
  readonly me: Caller;
  readonly direct: Direct;
  readonly thread: number;
  readonly threads: number;
  /** What forks in between gave. */
  readonly beside: number[];
}

function* make(making: Making, call: Call): Program {
  const { me, direct, thread, threads } = making;
  const ask = (kind: 'msg' | 'pid', id: number, directable: Directable) =>
    direct(me, { kind, values: [id] }, directable);
  switch (call.does) {
    case 'msgget': {
      const between = () => doBetween(making, call.between);
      if (call.want === null) {
        yield* between();
        return yield QUEUE;
      }
      // Who asks with the call itself can't ask without it.
      if (call.between === 'asks twice' && direct.twoPasses) {
        yield* direct(me, NEVER_GIVEN, QUEUE, (_, isTheCall) => (isTheCall ? passedOver() : null));
      }
      return yield* directAround(direct, me, { kind: 'msg', values: [call.want] }, QUEUE, between);
    }
    case 'msgget in vain':
      return yield* call.why === 'EEXIST' ? ask('msg', 103, TAKEN) : ask('msg', -1, QUEUE);
    case 'fork': {
      const fork = sys('fork', call.execs ? 'heir that execs' : 'heir');
      return call.want === null ? yield fork : yield* ask('pid', call.want, fork);
    }
    case 'signal': {
      const to = (thread + 1 + call.to) % threads;
      return yield sys('tgkill', FIRST_PID, FIRST_PID + to, SIGNALS[to] ?? 0);
    }
  }
}

function* doBetween({ me, direct, thread, threads, beside }: Making, what: Between): Program {
  switch (what) {
    case 'nothing':
    case 'asks twice':
      return 0;
    case 'forks':
      beside.push(yield sys('fork', 'heir'));
      return 0;
    case 'closes':
      return yield sys('close', 0);
    case "writes to another's file": {
      // As somebody who has prepared nothing.
      const other: Caller = { memory: me.memory };
      const tid = FIRST_PID + ((thread + 1) % threads);
      return yield* direct(other, NEVER_GIVEN, QUEUE, opensThatOf(other, tid));
    }
  }
}

/** Of thread A, booted after init; the others follow. */
const FIRST_PID = 2;

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
