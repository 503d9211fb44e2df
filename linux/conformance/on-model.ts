// SPDX-License-Identifier: MIT
/** A script on the model kernel: tasks that wait for their next call, as the agent's do. */
import { Cell } from '../../core/explore/cell.ts';
import { RunQueue } from '../../core/explore/run.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { CLONE_NEWIPC, CLONE_NEWPID, SIG_IGN } from '../../core/kernel/flags.ts';
import type { Scalar, UserMemory } from '../../core/kernel/memory.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import {
  type Caller,
  type Program,
  type Programs,
  type Syscall,
  sys,
} from '../../core/kernel/syscall.ts';
import type { CapabilitySet } from '../../core/model/cred.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import type { Pid, PidNamespace } from '../../core/model/pid.ts';
import type { Task } from '../../core/model/task.ts';
import { MAX_TASKS, MEMORY_SIZE } from '../host/protocol.ts';
import {
  type Answer,
  type Arg,
  formatTask,
  type Load,
  type Script,
  type SignalSetName,
  type Step,
  type StepAnswer,
  type Store,
} from './script.ts';

export const MAKES_TASKS: ReadonlySet<string> = new Set([
  ...['fork', 'clone', 'clone3'],
  ...['fork_with_id', 'clone_with_id'],
]);
/** Arguments in front of the program that the model's calls name. */
export const PROGRAM_AT: Readonly<Record<string, number>> = {
  fork: 0,
  clone: 1,
  clone3: 0,
  fork_with_id: 0,
  clone_with_id: 1,
  execve: 0,
  rt_sigaction: 0,
};

/**
 * @param half what the model has beyond plain Linux: mutants, in tests
 * @param seed of the order in which tasks go that run at the same time, all within one step; null
 * for one task after the other
 */
export function runOnModel(
  script: Script,
  half: KernelHalf = {},
  seed: number | null = null,
): Answer {
  return new ModelRun(script, half, seed).run();
}

interface Mailbox {
  readonly posted: Cell<number | null>;
  /** Name of the thread that it belongs to; null of a task to come, or a handler that does not run. */
  thread: string | null;
  /** The step that it is in, or was in last. */
  at: number;
  /** What a handler runs on top of, as long as it runs. */
  below: Mailbox | null;
  isCovered: boolean;
}

class ModelRun {
  private readonly script: Script;
  private readonly boxes: readonly Mailbox[];
  private readonly results: number[] = [];
  private readonly ends: (StepAnswer['end'] | undefined)[];
  private readonly slept: boolean[];
  private readonly handlers: number[][];
  private readonly kernel: ModelKernel;
  private readonly queue: RunQueue;
  /** The step that goes on. */
  private now = 0;

  constructor(script: Script, half: KernelHalf, seed: number | null) {
    this.script = script;
    this.queue = new RunQueue(seed);
    this.ends = script.map(() => undefined);
    this.slept = script.map(() => false);
    this.handlers = script.map(() => []);
    this.boxes = Array.from({ length: MAX_TASKS }, () => ({
      posted: new Cell<number | null>(null, null, 'posted'),
      thread: null,
      at: -1,
      below: null,
      isCovered: false,
    }));
    const programs: Record<string, Programs[string]> = {
      *outside() {
        yield sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'task 0');
        return yield sys('pause');
      },
    };
    for (const task of this.boxes.keys()) {
      programs[`task ${task}`] = (me) => this.task(me, task);
      programs[`image ${task}`] = (me) => this.image(me, task);
    }
    this.kernel = new ModelKernel(half, programs);
    const { cred } = this.kernel.init;
    // The agent's tasks are root of a user namespace of their own.
    cred.v = { ...cred.v, userNsLevel: 1 };
    this.queue.add(this.kernel.thread('A', this.kernel.init, 'outside'));
  }

  run(): Answer {
    this.queue.toCompletion();
    for (const [index, step] of this.script.entries()) this.step(index, step);
    return {
      steps: this.script.map((_, index) => ({
        slept: this.slept[index] ?? false,
        handlers: (this.handlers[index] ?? []).sort((a, b) => a - b),
        end: this.ends[index] ?? { kind: 'asleep' },
      })),
      tasks: this.tasks(),
    };
  }

  private boxOf(task: number): Mailbox {
    const box = this.boxes[task];
    if (box === undefined) throw new Error(`no task ${task}`);
    return box;
  }

  private step(index: number, { task }: Step): void {
    const box = this.boxOf(task);
    this.now = index;
    if (box.thread === null || this.isGone(box)) {
      this.ends[index] = { kind: 'gone' };
    } else if (box.isCovered || this.isInCall(box)) {
      this.ends[index] = { kind: 'skipped' };
    } else {
      box.at = index;
      box.posted.v = index;
      this.queue.toCompletion();
      for (const other of this.boxes) {
        if (this.isInCall(other) && this.isGone(other)) this.ends[other.at] = { kind: 'gone' };
      }
      this.slept[index] = this.ends[index] === undefined;
    }
  }

  private isInCall(box: Mailbox): boolean {
    return box.at >= 0 && this.ends[box.at] === undefined;
  }

  private isGone({ thread }: Mailbox): boolean {
    return this.queue.toCompletion().results.has(thread ?? '');
  }

  /** What a task runs, or a handler that this task stands for. */
  private *task({ memory }: Caller, task: number): Program {
    const box = this.boxOf(task);
    if (box.thread !== null) return 0;
    const isHandler = this.begin(box, task);
    return yield* this.serve(memory, box, isHandler);
  }

  /** What a task runs once it, or a handler on top of it, has made an execve. */
  private *image({ memory }: Caller, task: number): Program {
    const box = this.boxOf(task);
    const caller = this.top(this.queue.running);
    if (caller === null) throw new Error('an image that nobody asked for');
    this.ends[caller.at] = { kind: 'returned', result: '0', loads: [] };
    for (let above = caller; above !== box; ) {
      const { below } = above;
      this.leave(above);
      if (below === null) throw new Error('an image of another task');
      // What was interrupted never returns.
      if (this.isInCall(below)) this.ends[below.at] = { kind: 'gone' };
      above = below;
    }
    return yield* this.serve(memory, box, false);
  }

  private *serve(memory: UserMemory, box: Mailbox, isHandler: boolean): Program {
    const base = memory.allocate(MEMORY_SIZE);
    for (;;) {
      yield { until: () => box.posted.v !== null, why: 'its next call' };
      const index = box.posted.v ?? 0;
      box.posted.v = null;
      const step = this.script[index] as Step;
      for (const store of step.stores ?? []) {
        memory.store(base + store.offset, storedIn(store, base, step.child));
      }
      if (step.call === 'rt_sigreturn') {
        if (!isHandler) throw new Error('a task that is no handler returns from one');
        this.end(box, index);
        return 0;
      }
      const result = yield this.callOf(step, box, base);
      this.results[index] = result;
      const loads = (step.loads ?? []).map((load) => shown(load, memory.load(base + load.offset)));
      this.ends[index] = { kind: 'returned', result: shownResult(step, result), loads };
    }
  }

  /** True of a handler: somebody else has its thread. */
  private begin(box: Mailbox, task: number): boolean {
    const thread = this.queue.running;
    const below = this.top(thread);
    box.thread = thread;
    box.below = below;
    if (below === null) return false;
    below.isCovered = true;
    this.handlers[this.now]?.push(task);
    return true;
  }

  /** The task that a handler runs on, or itself. */
  private taskBelow(box: Mailbox): number {
    return box.below === null ? this.boxes.indexOf(box) : this.taskBelow(box.below);
  }

  /** What of a thread is not covered by a handler. */
  private top(thread: string | null): Mailbox | null {
    return this.boxes.find((other) => other.thread === thread && !other.isCovered) ?? null;
  }

  private end(box: Mailbox, index: number): void {
    this.results[index] = 0;
    this.ends[index] = { kind: 'returned', result: '0', loads: [] };
    this.leave(box);
  }

  /** A handler is over. */
  private leave(box: Mailbox): void {
    box.thread = null;
    if (box.below !== null) box.below.isCovered = false;
    box.below = null;
  }

  private callOf({ call, args, child }: Step, box: Mailbox, base: number): Syscall {
    const values: (number | string)[] = args.map((arg) => this.valueOf(arg, base));
    const at = PROGRAM_AT[call];
    const program = call === 'execve' ? `image ${this.taskBelow(box)}` : `task ${child}`;
    if (at !== undefined) values.splice(at, 0, program);
    return { name: call, args: values } as unknown as Syscall;
  }

  private valueOf(arg: Arg, base: number): number {
    if (typeof arg === 'number') return arg;
    return 'memory' in arg ? base + arg.memory : (this.results[arg.result] ?? 0);
  }

  private tasks(): string[] {
    const shownTasks: string[] = [];
    const init = this.kernel.init.activePidNs.below.head;
    const visit = (ns: PidNamespace) => {
      for (const task of ns.tasks) {
        const cred = task.cred.v;
        const levels = task.thePid.numbers.v.length;
        const numbers = (pid: Pid | null) =>
          Array.from({ length: levels - 1 }, (_, level) => {
            const ancestor = ancestorAt(task.activePidNs, level + 1);
            return ancestor === null ? 0 : numberIn(pid, ancestor);
          });
        shownTasks.push(
          formatTask({
            nspid: numbers(task.thePid),
            nspgid: numbers(task.signal.pgrp.v),
            nssid: numbers(task.signal.session.v),
            isZombie: task.exitState.v === 'zombie',
            comm: task.comm.v,
            signals: signalSets(task),
            filters: task.filters.v.length,
            uids: [cred.uid, cred.euid, cred.suid],
            gids: [cred.gid, cred.egid, cred.sgid],
            capabilities: [cred.permitted, cred.effective, cred.inheritable].map(shownSet),
          }),
        );
      }
      for (const below of ns.below) visit(below);
    };
    if (init !== null && init !== undefined) visit(init);
    return shownTasks.sort();
  }
}

function ancestorAt(ns: PidNamespace, level: number): PidNamespace | null {
  let at: PidNamespace | null = ns;
  while (at !== null && at.level.v > level) at = at.parent.v;
  return at;
}

function numberIn(pid: Pid | null, ns: PidNamespace): number {
  if (pid === null) return 0;
  let own: PidNamespace | null = pid.ns.v;
  while (own !== null && own.level.v > ns.level.v) own = own.parent.v;
  return own === ns ? (pid.numbers.v[ns.level.v] ?? 0) : 0;
}

/** As status files have it: 16 digits. */
const shownSet = ([low, high]: CapabilitySet): string =>
  [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

/** Some address of user code, as rt_sigaction wants one: not SIG_DFL and not SIG_IGN. */
const SOME_CODE = 0x401000;

function storedIn(store: Store, base: number, child?: number): Scalar {
  if ('text' in store) return store.text;
  if ('memory' in store) return base + store.memory;
  if ('refuses' in store) return store.refuses.join(' ');
  if ('wraps' in store) return store.wraps;
  if ('isProgram' in store) return `task ${child}`;
  return 'value' in store ? store.value : SOME_CODE;
}

function signalSets({ pending, signal, blocked, sighand }: Task): Record<SignalSetName, number> {
  return {
    SigPnd: pending.v >>> 0,
    ShdPnd: signal.sharedPending.v >>> 0,
    SigBlk: blocked.v >>> 0,
    SigIgn: sighand.where((handler) => handler === SIG_IGN) >>> 0,
    SigCgt: sighand.where((handler) => handler > SIG_IGN) >>> 0,
  };
}

/** Addresses are the kernel's choice: only whether there is one is compared. */
export function shownResult({ call }: Step, result: number): string {
  return call === 'shmat' && result > 0 ? 'an address' : formatResult(result);
}

export function shown({ name, as }: Load, value: number | string): string {
  if (as === 'time') return `${name}=${Number(value) === 0 ? 'never' : 'some time'}`;
  if (as === 'handler') return `${name}=${HANDLERS[Number(value)] ?? 'a handler'}`;
  if (as === 'text') return `${name}=${JSON.stringify(untilNul(value))}`;
  return `${name}=${value}`;
}

const HANDLERS = ['SIG_DFL', 'SIG_IGN'];

/** Text as C has it; memory that was never written reads as nothing. */
function untilNul(value: number | string): string {
  return typeof value === 'number' ? '' : (value.split('\0')[0] ?? '');
}
