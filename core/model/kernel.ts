// SPDX-License-Identifier: MIT
/**
 * The model kernel: boots with a strategy's kernel half or none, dispatches system calls through
 * its table, and runs programs as tasks. With none it is plain Linux, as far as it goes.
 *
 * Where another CPU may come in: at entry, at exit, and wherever a handler yields. A handler yields
 * before each lock region and around copies that may sleep, so a step is one of those.
 */
import { Cell } from '../explore/cell.ts';
import { PREEMPT, type Steps, type Thread } from '../explore/thread.ts';
import type { Want, WantKind } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { emptyLedger } from '../kernel/ledger.ts';
import type { Layout, Scalar } from '../kernel/memory.ts';
import type {
  CloneArgs,
  InKernel,
  KernelHalf,
  TaskFieldHooks,
  TaskView,
  WantedHook,
} from '../kernel/strategy.ts';
import type { Await, Programs, Syscall, SyscallTable } from '../kernel/syscall.ts';
import { Files } from './file.ts';
import { kernelClone } from './fork.ts';
import { IpcNamespace } from './ipc.ts';
import { Mm } from './mm.ts';
import { doMsgctl, doMsgget } from './msg.ts';
import { Pid, PidNamespace, putPid } from './pid.ts';
import { tidDirectory } from './procfs.ts';
import { doSemctl, doSemget } from './sem.ts';
import { doShmctl, doShmget } from './shm.ts';
import {
  blockedIn,
  type Delivery,
  getSignal,
  isRestart,
  restartsAfter,
  Sighand,
  setBlocked,
} from './signal.ts';
import { PLAIN_LINUX } from './table.ts';
import { Signal, Task } from './task.ts';

type AnyHandler = (
  kernel: ModelKernel,
  current: Task,
  ...args: unknown[]
) => Steps<number> | number;

/** 4 July 2008, when the question was asked. Time stands still unless somebody moves it. */
const BOOT_TIME = 1215129600;

export class ModelKernel implements InKernel {
  readonly ledger = emptyLedger();
  readonly clock = new Cell(BOOT_TIME, null, 'clock');
  readonly taskFields: TaskFieldHooks;
  readonly tidDirectory: ReturnType<typeof tidDirectory>;
  readonly init: Task;
  private readonly asked: WantedHook | null;
  private readonly handlers = new Map<string, AnyHandler>();
  private readonly programs: Programs;

  constructor(half: KernelHalf, programs: Programs) {
    this.taskFields = half.taskFields ?? {};
    this.tidDirectory = tidDirectory(half.procfs ?? []);
    this.asked = half.asked ?? null;
    this.programs = programs;
    for (const [name, handler] of Object.entries({ ...PLAIN_LINUX, ...half.syscalls })) {
      this.handlers.set(name, handler as AnyHandler);
    }
    this.init = this.bootTask(null, 'init');
  }

  /** A new process, child of init, or a thread of `group`: set up, not made by a call. */
  bootTask(group: Task | null, label: string): Task {
    const task = new Task(this.taskFields);
    const pid = new Pid();
    const ns = this.init?.activePidNs ?? new PidNamespace();
    task.name = label;
    task.pid.v = pid;
    pid.task.v = task;
    const number = Math.max(ns.cursor.v, 1);
    ns.cursor.v = number + 1;
    ns.idr.set(number, pid);
    ns.allocated.v += 1;
    pid.ns.v = ns;
    pid.numbers.v = [number];
    ns.tasks.append(task);
    task.pidNsForChildren.v = ns;
    task.comm.v = label;
    task.mmCell.v = group?.mm ?? new Mm();
    task.mm.users.v += 1;
    task.arena.v = task.mm.addArena();
    task.filesCell.v = group?.files ?? new Files();
    task.ipcNsCell.v = group?.ipcNs ?? this.init?.ipcNs ?? new IpcNamespace();
    task.sighandCell.v = group?.sighand ?? new Sighand();
    task.signalCell.v = group?.signal ?? new Signal();
    task.signal.threads.append(task);
    task.signal.liveThreads.v += 1;
    if (group === null) {
      const { signal } = task;
      signal.leader.v = task;
      signal.name = label;
      pid.group.v = signal;
      signal.parent.v = this.init?.signal ?? null;
      signal.realParent.v = this.init ?? null;
      this.init?.signal.children.append(signal);
      this.attach(signal, this.init?.signal.pgrp.v ?? pid, this.init?.signal.session.v ?? pid);
      if (ns.childReaper.v === null) ns.childReaper.v = signal;
    }
    return task;
  }

  /** A thread that runs a program as `task`. */
  thread(name: string, task: Task, program: string): Thread {
    return { name, start: () => this.run(task, program) };
  }

  hasProgram(name: string): boolean {
    return Object.hasOwn(this.programs, name);
  }

  /**
   * User mode: runs the program, entering the kernel for each call; its return value. A task whose
   * program has returned stays as it is, like one stopped for good; to be killable, pause.
   */
  *run(task: Task, name: string): Steps<number> {
    const body = this.programs[name];
    if (body === undefined) throw new Error(`no program is called ${name}`);
    const program = body({ memory: task.mm.view(task.arena.v) });
    let result = 0;
    for (;;) {
      // Also what came since the last call returned: user code can be interrupted anywhere.
      if (task.sigpending.v) yield* this.seeToSignals(task);
      if (task.exitState.v !== 'running') return result;
      const { done, value } = program.next(result);
      if (done === true) return value;
      result = 'until' in value ? yield* this.waitFor(task, value) : yield* this.call(task, value);
      if (task.exitState.v !== 'running') return result;
    }
  }

  private *waitFor(task: Task, { until, why }: Await): Steps<number> {
    const ready = () => until() || task.sigpending.v;
    for (;;) {
      while (!ready()) yield { until: ready, why };
      if (task.sigpending.v) yield* this.seeToSignals(task);
      if (task.exitState.v !== 'running' || until()) return 0;
    }
  }

  /** One system call, made again where a signal that needs no answer interrupts it. */
  private *call(task: Task, call: Syscall): Steps<number> {
    this.ledger.entries++;
    yield PREEMPT;
    if (task.sigpending.v) yield* this.seeToSignals(task);
    for (;;) {
      if (task.exitState.v !== 'running') return 0;
      const handled = this.handle(task, call);
      const result = typeof handled === 'number' ? handled : yield* handled;
      yield PREEMPT;
      const wasInterrupted = isRestart(result);
      const delivery = task.sigpending.v ? yield* this.seeToSignals(task) : null;
      if (!wasInterrupted) return result;
      if (delivery !== null && !restartsAfter(result, delivery.action)) return fail('EINTR');
    }
  }

  /**
   * exit_to_user_mode_loop(): runs handlers, or dies, before user code goes on. The first handler
   * that was run is what decides about an interrupted call.
   */
  private *seeToSignals(task: Task): Steps<Delivery | null> {
    let first: Delivery | null = null;
    while (task.sigpending.v && task.exitState.v === 'running') {
      const delivery = yield* getSignal(this, task);
      if (delivery === null) break;
      first ??= delivery;
      const before = task.blocked.v;
      setBlocked(task, blockedIn(task, delivery));
      yield PREEMPT;
      yield* this.run(task, delivery.action.program);
      if (task.exitState.v !== 'running') break;
      // rt_sigreturn()
      this.ledger.entries++;
      yield PREEMPT;
      setBlocked(task, before);
    }
    return first;
  }

  private handle(task: Task, { name, args }: Syscall): Steps<number> | number {
    const handler = this.handlers.get(name);
    return handler === undefined ? fail('ENOSYS') : handler(this, task, ...args);
  }

  /** Asks the loaded design for a wanted value, if it is asked in the call, then goes on. */
  directable(
    current: Task,
    kind: WantKind,
    finish: (want: Want | null) => Steps<number> | number,
  ): Steps<number> | number {
    const { asked } = this;
    return asked?.askedIn === 'call' ? this.askFirst(asked, current, kind, finish) : finish(null);
  }

  private *askFirst(
    asked: WantedHook,
    current: Task,
    kind: WantKind,
    finish: (want: Want | null) => Steps<number> | number,
  ): Steps<number> {
    const want = asked.wanted(this, current, kind);
    yield PREEMPT;
    const finished = finish(want);
    return typeof finished === 'number' ? finished : yield* finished;
  }

  /** The same question where the id is allocated, for designs that ask there. */
  askAllocator(current: Task, kind: WantKind): Want | null {
    return this.asked?.askedIn === 'allocator' ? this.asked.wanted(this, current, kind) : null;
  }

  /** attach_pid() for group and session. */
  attach(signal: Signal, pgrp: Pid, session: Pid): void {
    signal.pgrp.v = pgrp;
    signal.session.v = session;
    pgrp.pgrpMembers.append(signal);
    session.sessionMembers.append(signal);
  }

  /** detach_pid() for group and session; numbers that nothing holds any more are freed. */
  detach(signal: Signal): void {
    const pgrp = signal.pgrp.v;
    const session = signal.session.v;
    if (pgrp === null || session === null) return;
    pgrp.pgrpMembers.remove(signal);
    session.sessionMembers.remove(signal);
    signal.pgrp.v = null;
    signal.session.v = null;
    putPid(pgrp);
    if (session !== pgrp) putPid(session);
  }

  copyFromUser(view: TaskView, address: number, bytes: number, count: number): number[] | null {
    const { mm } = asTask(view);
    const values: number[] = [];
    for (let index = 0; index < count; index++) {
      const value = mm.get(address + index * bytes);
      if (typeof value !== 'number') return null;
      values.push(value);
      this.ledger.copied += bytes;
    }
    return values;
  }

  strncpyFromUser(view: TaskView, address: number, bytes: number): string | null {
    const value = asTask(view).mm.get(address);
    if (typeof value !== 'string') return null;
    const text = value.slice(0, bytes);
    this.ledger.copied += text.length;
    return text;
  }

  /** Exactly so many bytes, as text: behind a text in memory there are zeros. */
  bytesFromUser(task: Task, address: number, bytes: number): string | null {
    if (bytes === 0) return '';
    const value = task.mm.get(address);
    if (value === undefined) return null;
    this.ledger.copied += bytes;
    return (typeof value === 'string' ? value : '').slice(0, bytes).padEnd(bytes, '\0');
  }

  copyToUser(task: Task, address: number, bytes: number, values: readonly number[]): boolean {
    for (const [index, value] of values.entries()) {
      if (!task.mm.put(address + index * bytes, value)) return false;
      this.ledger.copied += bytes;
    }
    return true;
  }

  textToUser(task: Task, address: number, text: string): boolean {
    this.ledger.copied += text.length;
    return task.mm.put(address, text);
  }

  structFromUser(task: Task, address: number, layout: Layout): UserStruct | null {
    const values = { uid: 0, gid: 0, mode: 0, qbytes: 0 };
    for (const { name, offset, bytes } of layout.fields) {
      const value = task.mm.get(address + offset);
      if (typeof value !== 'number') return null;
      // Its 32-bit members are unsigned: (uid_t)-1 is 0xffffffff.
      if (name in values) values[name as keyof UserStruct] = bytes === 4 ? value >>> 0 : value;
    }
    this.ledger.copied += layout.bytes;
    return values;
  }

  structToUser(
    task: Task,
    address: number,
    layout: Layout,
    values: Readonly<Record<string, number>>,
  ): boolean {
    this.ledger.copied += layout.bytes;
    return layout.fields.every(({ name, offset }) =>
      task.mm.put(address + offset, values[name] ?? 0),
    );
  }

  copyRegisters(view: TaskView, address: number, count: number): Scalar[] | null {
    const { mm } = asTask(view);
    const values: Scalar[] = [];
    for (let index = 0; index < count; index++) {
      const value = mm.get(address + index * 8);
      if (value === undefined) return null;
      values.push(value);
      this.ledger.copied += 8;
    }
    return values;
  }

  *dispatch(view: TaskView, call: Syscall): Steps<number> {
    const handled = this.handle(asTask(view), call);
    return typeof handled === 'number' ? handled : yield* handled;
  }

  kernelClone(view: TaskView, args: CloneArgs, want: Want | null): Steps<number> {
    return kernelClone(this, asTask(view), args, want);
  }

  doMsgget(view: TaskView, args: SyscallTable['msgget'], want: Want | null): Steps<number> {
    return steps(doMsgget(this, asTask(view), ...args, want));
  }

  doSemget(view: TaskView, args: SyscallTable['semget'], want: Want | null): Steps<number> {
    return steps(doSemget(this, asTask(view), ...args, want));
  }

  doShmget(view: TaskView, args: SyscallTable['shmget'], want: Want | null): Steps<number> {
    return steps(doShmget(this, asTask(view), ...args, want));
  }

  doMsgctl(view: TaskView, args: SyscallTable['msgctl'], want: Want | null): Steps<number> {
    return steps(doMsgctl(this, asTask(view), ...args, want));
  }

  doSemctl(view: TaskView, args: SyscallTable['semctl'], want: Want | null): Steps<number> {
    return steps(doSemctl(this, asTask(view), ...args, want));
  }

  doShmctl(view: TaskView, args: SyscallTable['shmctl'], want: Want | null): Steps<number> {
    return steps(doShmctl(this, asTask(view), ...args, want));
  }
}

/** What IPC_SET reads of its structures; members that a type lacks are 0. */
export interface UserStruct {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly qbytes: number;
}

function* steps(handled: Steps<number> | number): Steps<number> {
  return typeof handled === 'number' ? handled : yield* handled;
}

/** Kernel halves hold tasks as views; every view is one of our tasks. */
function asTask(view: TaskView): Task {
  if (view instanceof Task) return view;
  throw new Error('a kernel half passed something that is not a task');
}
