// SPDX-License-Identifier: MIT
/** Runs a program in which one task acts at a time, and judges each result by the world's rules. */
import { type Directable, UNDERSTANDS, type Want } from '../../core/kernel/directed.ts';
import { fail, formatResult } from '../../core/kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  EXECUTABLE,
  IPC_CREAT,
  IPC_RMID,
  IPC_SET,
  SA_NODEFER,
  SIGUSR1,
} from '../../core/kernel/flags.ts';
import {
  type Layout,
  MSQID_DS,
  putStruct,
  SEMID_DS,
  SHMID_DS,
  SIGACTION,
} from '../../core/kernel/memory.ts';
import { type Direct, directBy } from '../../core/kernel/scenario.ts';
import {
  type Caller,
  type Program,
  type Programs,
  type Syscall,
  sys,
} from '../../core/kernel/syscall.ts';
import type { ModelKernel } from '../../core/model/kernel.ts';
import { trial } from '../../core/model/trial.ts';
import type { Design } from '../check.ts';
import { becomes } from '../images.ts';
import { formatProgram, formatStep, type Step } from './steps.ts';
import {
  exited,
  firstTask,
  forked,
  numberSeenBy,
  type ObjectType,
  reaped,
  type TaskInWorld,
  threadOf,
  unshared,
} from './world.ts';

const NEW = IPC_CREAT | 0o600;
const FLAGS = { same: 0, pid: CLONE_NEWPID, ipc: CLONE_NEWIPC } as const;

const GETS: Readonly<Record<ObjectType, (key: number) => Directable>> = {
  msg: (key) => sys('msgget', key, NEW),
  sem: (key) => sys('semget', key, 1, NEW),
  shm: (key) => sys('shmget', key, 4096, NEW),
};
const SETS: Readonly<Record<ObjectType, (id: number, at: number) => Directable>> = {
  msg: (id, at) => sys('msgctl', id, IPC_SET, at),
  sem: (id, at) => sys('semctl', id, 0, IPC_SET, at),
  shm: (id, at) => sys('shmctl', id, IPC_SET, at),
};
const REMOVES: Readonly<Record<ObjectType, (id: number) => Syscall>> = {
  msg: (id) => sys('msgctl', id, IPC_RMID, 0),
  sem: (id) => sys('semctl', id, 0, IPC_RMID, 0),
  shm: (id) => sys('shmctl', id, IPC_RMID, 0),
};
const LAYOUTS: Readonly<Record<ObjectType, Layout>> = {
  msg: MSQID_DS,
  sem: SEMID_DS,
  shm: SHMID_DS,
};
const STATE_VALUES: Readonly<Record<ObjectType, number>> = { msg: 5, sem: 3, shm: 5 };

export interface Ran {
  readonly kernel: ModelKernel;
  /** What each call gave, in order. */
  readonly results: readonly number[];
  /** Null, or the first result that the rules do not allow, in the program that it happened in. */
  readonly wrong: string | null;
}

export function runProgram({ kernel: half, caller }: Design, steps: readonly Step[]): Ran {
  const run = new Turns(directBy(caller));
  const { kernel, blocked } = trial(() => run.programs(steps), half);
  const stuck = blocked.length === 0 ? null : `waits for ever: ${blocked.join(', ')}`;
  const wrong = run.wrong ?? stuck;
  return {
    kernel,
    results: run.results,
    wrong: wrong === null ? null : `${wrong}; in: ${formatProgram(steps)}`,
  };
}

class Turns {
  readonly results: number[] = [];
  wrong: string | null = null;
  private readonly direct: Direct;
  private readonly bodies: Record<string, (me: Caller) => Program> = {};
  /** Who runs a program of a child or thread, and which of these threads are done. */
  private readonly runs = new Map<string, TaskInWorld>();
  private readonly done = new Set<string>();

  constructor(direct: Direct) {
    this.direct = direct;
  }

  programs(steps: readonly Step[]): Programs {
    const { bodies } = this;
    this.name(steps, 'init');
    const first = firstTask();
    bodies.init = function* (this: Turns, me: Caller) {
      yield* this.take(me, first, steps, 'init');
      return 0;
    }.bind(this);
    return bodies;
  }

  /** Programs of those that steps make: what the nth step of "init" makes runs "init.n". */
  private name(steps: readonly Step[], path: string): void {
    for (const [n, step] of steps.entries()) {
      if (!('steps' in step)) continue;
      const name = `${path}.${n}`;
      const body = (me: Caller) => this.body(me, step, name);
      this.bodies[name] =
        step.does === 'fork' && step.execs ? (me) => becomes(me, `${name} anew`, EXECUTABLE) : body;
      this.bodies[`${name} anew`] = body;
      this.name(step.steps, name);
    }
  }

  private *body(me: Caller, step: Step & { steps: readonly Step[] }, name: string): Program {
    const task = this.runs.get(name);
    // A child that the rules know nothing of: what made it is wrong already.
    if (task === undefined) return yield sys('exit_group', 1);
    yield* this.take(me, task, step.steps, name);
    this.done.add(name);
    if (step.does === 'handle') return 0;
    return yield sys(step.does === 'thread' ? 'exit' : 'exit_group', 0);
  }

  private *take(
    me: Caller,
    task: TaskInWorld,
    steps: readonly Step[],
    path: string,
  ): Program<void> {
    for (const [n, step] of steps.entries()) yield* this.step(me, task, step, `${path}.${n}`);
  }

  private *step(me: Caller, task: TaskInWorld, step: Step, name: string): Program<void> {
    switch (step.does) {
      case 'get':
        return yield* this.get(me, task, step);
      case 'set':
        return yield* this.set(me, task, step);
      case 'fork':
        return yield* this.fork(me, task, step, name);
      case 'thread':
        return yield* this.thread(me, task, step, name);
      case 'handle':
        return yield* this.handle(me, task, name);
      case 'unshare': {
        const flag = FLAGS[step.what];
        this.judge(step, yield sys('unshare', flag), unshared(task, step.what));
        return;
      }
      case 'setuid':
        this.judge(step, yield sys('setuid', 1000), 0);
        task.isRoot = false;
    }
  }

  private judge(step: Step, result: number, expected: number): void {
    this.results.push(result);
    if (result === expected) return;
    this.wrong ??= `${formatStep(step)} gave ${formatResult(result)}, where ${formatResult(expected)} belongs`;
  }

  private *ask(me: Caller, call: Directable, values: readonly number[] | null): Program {
    if (values === null) return yield call;
    const want: Want = { kind: UNDERSTANDS[call.name], values };
    return yield* this.direct(me, want, call);
  }

  private *get(me: Caller, task: TaskInWorld, step: Extract<Step, { does: 'get' }>): Program<void> {
    const { type, key, want, removes } = step;
    const ids = task.ipcNs[type];
    const result = yield* this.ask(me, GETS[type](key), want === null ? null : [want]);
    this.judge(step, result, ids.get(key, want, task.isRoot));
    if (!removes || result < 0) return;
    const removed = yield REMOVES[type](result);
    this.judge(step, removed, ids.owned(result, task.isRoot));
    if (removed === 0) ids.remove(result);
  }

  private *set(me: Caller, task: TaskInWorld, step: Extract<Step, { does: 'set' }>): Program<void> {
    const { type, want } = step;
    const ids = task.ipcNs[type];
    const id = ids.newest ?? 0;
    const at = putStruct(me.memory, LAYOUTS[type], { mode: 0o600, qbytes: 16384 });
    const refused = ids.owned(id, task.isRoot);
    const isMalformed = want !== null && want.length !== STATE_VALUES[type];
    const unfit = isMalformed ? fail('EINVAL') : want === null || task.isRoot ? 0 : fail('EPERM');
    this.judge(
      step,
      yield* this.ask(me, SETS[type](id, at), want),
      refused === 0 ? unfit : refused,
    );
  }

  private *fork(
    me: Caller,
    task: TaskInWorld,
    step: Extract<Step, { does: 'fork' }>,
    name: string,
  ): Program<void> {
    const child = forked(task, step.into, step.want);
    if (typeof child !== 'number') this.runs.set(name, child);
    const flags = FLAGS[step.into];
    const call = flags === 0 ? sys('fork', name) : sys('clone', flags, name);
    const result = yield* this.ask(me, call, step.want);
    this.judge(step, result, typeof child === 'number' ? child : numberSeenBy(task, child));
    if (result < 0 || typeof child === 'number') return;
    yield { until: () => this.done.has(name), why: 'a child' };
    exited(child);
    if (!step.waits) return;
    this.judge(step, yield sys('wait4', result, 0, 0), numberSeenBy(task, child));
    reaped(child);
  }

  private *thread(
    me: Caller,
    task: TaskInWorld,
    step: Extract<Step, { does: 'thread' }>,
    name: string,
  ): Program<void> {
    const thread = threadOf(task, step.want);
    if (typeof thread !== 'number') this.runs.set(name, thread);
    const result = yield* this.ask(me, sys('clone', CLONE_A_THREAD, name), step.want);
    this.judge(step, result, typeof thread === 'number' ? thread : numberSeenBy(task, thread));
    if (result < 0 || typeof thread === 'number') return;
    yield { until: () => this.done.has(name), why: 'a thread' };
    reaped(thread);
  }

  private *handle(me: Caller, task: TaskInWorld, name: string): Program<void> {
    this.runs.set(name, task);
    const action = putStruct(me.memory, SIGACTION, { handler: 1000, flags: SA_NODEFER });
    yield sys('rt_sigaction', name, SIGUSR1, action, 0, 8);
    const [pid, tid] = [yield sys('getpid'), yield sys('gettid')];
    yield sys('tgkill', pid, tid, SIGUSR1);
    if (!this.done.has(name)) this.wrong ??= 'a signal came, and its handler did not run';
  }
}
