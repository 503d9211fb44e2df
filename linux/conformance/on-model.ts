// SPDX-License-Identifier: MIT
/** A script on the model kernel: tasks that wait for their next call, as the agent's do. */
import { Cell } from '../../core/explore/cell.ts';
import { RunQueue } from '../../core/explore/run.ts';
import { spawnedName } from '../../core/explore/thread.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { CLONE_NEWIPC, CLONE_NEWPID } from '../../core/kernel/flags.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import {
  type Caller,
  type Program,
  type Programs,
  type Syscall,
  sys,
} from '../../core/kernel/syscall.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import type { Pid, PidNamespace } from '../../core/model/pid.ts';
import { MAX_TASKS, MEMORY_SIZE } from '../host/protocol.ts';
import {
  type Answer,
  type Arg,
  formatTask,
  type Load,
  type Script,
  type Step,
  type StepAnswer,
} from './script.ts';

export const MAKES_TASKS: ReadonlySet<string> = new Set(['fork', 'clone', 'clone3']);
/** Arguments in front of the program that the model's calls name. */
export const PROGRAM_AT: Readonly<Record<string, number>> = { fork: 0, clone: 1, clone3: 1 };

/** @param half what the model has beyond plain Linux: mutants, in tests */
export function runOnModel(script: Script, half: KernelHalf = {}): Answer {
  return new ModelRun(script, half).run();
}

interface Mailbox {
  readonly posted: Cell<number | null>;
  /** Name of its thread, once it is born. */
  thread: string | null;
  made: number;
  at: number;
}

class ModelRun {
  private readonly script: Script;
  private readonly boxes: readonly Mailbox[];
  private readonly results: number[] = [];
  private readonly answers: (StepAnswer | null)[];
  private readonly slept: boolean[];
  private readonly kernel: ModelKernel;
  private readonly queue = new RunQueue();

  constructor(script: Script, half: KernelHalf) {
    this.script = script;
    this.answers = script.map(() => null);
    this.slept = script.map(() => false);
    this.boxes = Array.from({ length: MAX_TASKS }, () => ({
      posted: new Cell<number | null>(null, null, 'posted'),
      thread: null,
      made: 0,
      at: -1,
    }));
    const programs: Record<string, Programs[string]> = {
      *outside() {
        yield sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'task 0');
        return yield sys('pause');
      },
    };
    for (const task of this.boxes.keys()) programs[`task ${task}`] = (me) => this.task(me, task);
    this.kernel = new ModelKernel(half, programs);
    this.queue.add(this.kernel.thread('A', this.kernel.init, 'outside'));
  }

  run(): Answer {
    this.queue.toCompletion();
    this.boxOf(0).thread = 'Aa';
    for (const [index, step] of this.script.entries()) this.step(index, step);
    return {
      steps: this.script.map(
        (_, index) => this.answers[index] ?? { slept: true, end: { kind: 'asleep' } },
      ),
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
    if (box.thread === null || this.isGone(box)) {
      this.answers[index] = { slept: false, end: { kind: 'gone' } };
      return;
    }
    if (box.posted.v !== null || this.isAsleep(box)) {
      this.answers[index] = { slept: false, end: { kind: 'skipped' } };
      return;
    }
    box.at = index;
    box.posted.v = index;
    this.queue.toCompletion();
    for (const other of this.boxes) this.settle(other);
  }

  /** What became of the call that a task is in. */
  private settle(box: Mailbox): void {
    if (box.at < 0 || this.answers[box.at] !== null) return;
    if (this.isGone(box)) {
      this.answers[box.at] = { slept: this.slept[box.at] ?? false, end: { kind: 'gone' } };
    } else {
      this.slept[box.at] = true;
    }
  }

  private isAsleep(box: Mailbox): boolean {
    return box.at >= 0 && this.answers[box.at] === null;
  }

  private isGone({ thread }: Mailbox): boolean {
    return this.queue.toCompletion().results.has(thread ?? '');
  }

  private *task({ memory }: Caller, task: number): Program {
    const box = this.boxOf(task);
    const base = memory.allocate(MEMORY_SIZE);
    for (;;) {
      yield { until: () => box.posted.v !== null, why: 'its next call' };
      const index = box.posted.v ?? 0;
      box.posted.v = null;
      const step = this.script[index] as Step;
      for (const store of step.stores ?? []) {
        memory.store(base + store.offset, 'text' in store ? store.text : store.value);
      }
      const result = yield this.callOf(step, base);
      this.results[index] = result;
      const loads = (step.loads ?? []).map((load) => shown(load, memory.load(base + load.offset)));
      const slept = this.slept[index] ?? false;
      const end = { kind: 'returned' as const, result: shownResult(step, result), loads };
      this.answers[index] = { slept, end };
      if (MAKES_TASKS.has(step.call) && result > 0) this.born(box, step);
    }
  }

  private born(maker: Mailbox, { child }: Step): void {
    const box = this.boxOf(child ?? 0);
    box.thread = spawnedName(maker.thread ?? '', maker.made++);
  }

  private callOf({ call, args, child }: Step, base: number): Syscall {
    const values: (number | string)[] = args.map((arg) => this.valueOf(arg, base));
    const at = PROGRAM_AT[call];
    if (at !== undefined) values.splice(at, 0, `task ${child}`);
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

/** Addresses are the kernel's choice: only whether there is one is compared. */
export function shownResult({ call }: Step, result: number): string {
  return call === 'shmat' && result > 0 ? 'an address' : formatResult(result);
}

export function shown({ name, as }: Load, value: number | string): string {
  if (as === 'time') return `${name}=${Number(value) === 0 ? 'never' : 'some time'}`;
  if (as === 'text') return `${name}=${JSON.stringify(untilNul(value))}`;
  return `${name}=${value}`;
}

/** Text as C has it; memory that was never written reads as nothing. */
function untilNul(value: number | string): string {
  return typeof value === 'number' ? '' : (value.split('\0')[0] ?? '');
}
