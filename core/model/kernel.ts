// SPDX-License-Identifier: MIT
/**
 * The model kernel: boots with a strategy's kernel half or none, dispatches system calls through
 * its table, and runs programs as tasks. With none it is plain Linux, as far as it goes.
 *
 * Where another CPU may come in: at entry, at exit, and wherever a handler yields. A handler yields
 * before each lock region and around copies that may sleep, so a step is one of those.
 */
import { Cell, note } from '../explore/cell.ts';
import { choose, PREEMPT, type Steps, type Thread } from '../explore/thread.ts';
import type { Want, WantKind } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import {
  byPhase,
  emptyLedger,
  emptyPhases,
  type LedgerRow,
  type Phase,
  type Phases,
} from '../kernel/ledger.ts';
import type { Layout, Scalar } from '../kernel/memory.ts';
import type {
  CloneArgs,
  InKernel,
  IpcKind,
  KernelHalf,
  TaskFieldHooks,
  TaskView,
  WantedHook,
} from '../kernel/strategy.ts';
import type {
  Await,
  Programs,
  Said,
  Syscall,
  SyscallName,
  SyscallTable,
} from '../kernel/syscall.ts';
import { type File, Files } from './file.ts';
import { kernelClone } from './fork.ts';
import { changeId, IpcNamespace } from './ipc.ts';
import { Mm } from './mm.ts';
import { doMsgctl, doMsgget } from './msg.ts';
import { Pid, PidNamespace, putPid } from './pid.ts';
import { type Directory, tgidDirectory, tidDirectory } from './procfs.ts';
import { filtered } from './seccomp.ts';
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
import { capable, Signal, Task } from './task.ts';
import { timerCreate } from './timer.ts';

type AnyHandler = (
  kernel: ModelKernel,
  current: Task,
  ...args: unknown[]
) => Steps<number> | number;

/** 4 July 2008, when the question was asked. Time stands still unless somebody moves it. */
const BOOT_TIME = 1215129600;

export class ModelKernel implements InKernel {
  readonly ledger = emptyLedger();
  private readonly away = emptyPhases();
  readonly clock = new Cell(BOOT_TIME, null, 'clock');
  /** Files on which flock(2) put a lock; those that have none any more may be among them. */
  readonly flocks: Cell<readonly File[]> = new Cell([], null, 'flocks');
  readonly taskFields: TaskFieldHooks;
  readonly tidDirectory: Directory;
  readonly tgidDirectory: Directory;
  readonly init: Task;
  private readonly half: KernelHalf;
  private readonly asked: WantedHook | null;
  private readonly handlers = new Map<string, AnyHandler>();
  private readonly programs: Programs;

  constructor(half: KernelHalf, programs: Programs) {
    this.half = half;
    this.taskFields = half.taskFields ?? {};
    this.tidDirectory = tidDirectory(half.procfs ?? []);
    this.tgidDirectory = tgidDirectory(half.procfs ?? []);
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
    task.files.users.v += 1;
    task.ipcNsCell.v = group?.ipcNs ?? this.init?.ipcNs ?? new IpcNamespace();
    task.sighandCell.v = group?.sighand ?? new Sighand();
    task.sighand.users.v += 1;
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
   * User mode: runs the program, or whatever it execs, entering the kernel for each call; its return
   * value. A task whose program has returned stays as it is, like one stopped for good; to be
   * killable, pause.
   */
  *run(task: Task, name: string): Steps<Said> {
    let said = yield* this.runImage(task, name);
    for (let image = task.image.v; image !== null; image = task.image.v) {
      task.image.v = null;
      said = yield* this.runImage(task, image);
    }
    return said;
  }

  /** What ran until an exec, or a death, never goes on: neither a handler nor what is below it. */
  private isOver(task: Task): boolean {
    return task.exitState.v !== 'running' || task.image.v !== null;
  }

  private *runImage(task: Task, name: string): Steps<Said> {
    const body = this.programs[name];
    if (body === undefined) throw new Error(`no program is called ${name}`);
    const program = body({ memory: task.mm.view(task.arena.v) });
    let result = 0;
    for (;;) {
      // Also what came since the last call returned: user code can be interrupted anywhere.
      if (task.sigpending.v) yield* this.seeToSignals(task);
      if (this.isOver(task)) return result;
      const { done, value } = program.next(result);
      if (done === true) return value;
      result = 'until' in value ? yield* this.waitFor(task, value) : yield* this.call(task, value);
      if (this.isOver(task)) return result;
    }
  }

  private *waitFor(task: Task, { until, ...rest }: Await): Steps<number> {
    const ready = () => until() || task.sigpending.v;
    for (;;) {
      while (!ready()) yield { ...rest, until: ready };
      if (task.sigpending.v) yield* this.seeToSignals(task);
      if (this.isOver(task) || until()) return 0;
    }
  }

  /** One system call, made again where a signal that needs no answer interrupts it. */
  private *call(task: Task, call: Syscall): Steps<number> {
    const { half } = this;
    this.ledger.entries++;
    yield PREEMPT;
    if (task.sigpending.v) yield* this.seeToSignals(task);
    for (;;) {
      if (this.isOver(task)) return 0;
      half.entry?.(this, task, call.name);
      const handled = this.filtered(task, call.name) || this.handle(task, call);
      const result = typeof handled === 'number' ? handled : yield* handled;
      if (task.exitState.v === 'running') half.exit?.(this, task, call.name);
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
      this.half.signalDelivery?.(this, task);
      setBlocked(task, blockedIn(task, delivery));
      yield PREEMPT;
      yield* this.runImage(task, delivery.action.program);
      if (this.isOver(task)) break;
      // rt_sigreturn()
      this.ledger.entries++;
      yield PREEMPT;
      this.half.signalReturn?.(this, task);
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
    const result = typeof finished === 'number' ? finished : yield* finished;
    if (want !== null && isRestart(result)) asked.restarts?.(this, current, want);
    else if (want !== null && result < 0) asked.failed?.(this, current, want);
    return result;
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

  /** Counts what is done in a phase where it is not at home. */
  count(entry: keyof LedgerRow, phase: Phase, times = 1): void {
    this.ledger[entry] += times;
    this.away[phase][entry] += times;
  }

  /** The ledger so far, taken apart. */
  phases(): Phases {
    return byPhase(this.ledger, this.away);
  }

  /** kmalloc() and its like: counts it; false where there is no memory. */
  allocates(task: Task, phase: Phase = 'allocation'): boolean {
    this.count('allocations', phase);
    if (!task.mayLackMemory.v || choose('', 'ENOMEM') === '') return true;
    task.mayLackMemory.v = false;
    note('there is no memory');
    return false;
  }

  /** Designs copy their argument by this; what a call of Linux copies for itself is 'call'. */
  copyFromUser(
    view: TaskView,
    address: number,
    bytes: number,
    count: number,
    phase: Phase = 'parse',
  ): number[] | null {
    const { mm } = asTask(view);
    const values: number[] = [];
    for (let index = 0; index < count; index++) {
      const value = mm.get(address + index * bytes);
      if (typeof value !== 'number') return null;
      values.push(value);
      this.count('copied', phase, bytes);
    }
    return values;
  }

  strncpyFromUser(
    view: TaskView,
    address: number,
    bytes: number,
    phase: Phase = 'parse',
  ): string | null {
    const value = asTask(view).mm.get(address);
    if (typeof value !== 'string') return null;
    const text = value.slice(0, bytes);
    this.count('copied', phase, text.length);
    return text;
  }

  /** What is written to a file: exactly so many bytes, as text; behind a text in memory are zeros. */
  bytesFromUser(task: Task, address: number, bytes: number): string | null {
    if (bytes === 0) return '';
    const value = task.mm.get(address);
    if (value === undefined || task.mm.room(address) < bytes) return null;
    this.count('copied', 'parse', bytes);
    return (typeof value === 'string' ? value : '').slice(0, bytes).padEnd(bytes, '\0');
  }

  copyToUser(task: Task, address: number, bytes: number, values: readonly number[]): boolean {
    for (const [index, value] of values.entries()) {
      if (!task.mm.put(address + index * bytes, value)) return false;
      this.ledger.copied += bytes;
    }
    return true;
  }

  /** Bytes copied; fewer than there are where a fault ends it. */
  textToUser(task: Task, address: number, text: string): number {
    const copied = text.slice(0, task.mm.room(address));
    if (copied !== '') task.mm.put(address, copied);
    this.ledger.copied += copied.length;
    return copied.length;
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
    for (const { name, offset } of layout.fields) {
      if (task.mm.put(address + offset, values[name] ?? 0)) continue;
      this.ledger.copied += offset;
      return false;
    }
    this.ledger.copied += layout.bytes;
    return true;
  }

  copyRegisters(view: TaskView, address: number, count: number): Scalar[] | null {
    const { mm } = asTask(view);
    const values: Scalar[] = [];
    for (let index = 0; index < count; index++) {
      const value = mm.get(address + index * 8);
      if (value === undefined) return null;
      values.push(value);
      this.count('copied', 'parse', 8);
    }
    return values;
  }

  *dispatch(view: TaskView, call: Syscall): Steps<number> {
    const handled = this.handle(asTask(view), call);
    return typeof handled === 'number' ? handled : yield* handled;
  }

  filtered(view: TaskView, name: SyscallName): number {
    return filtered(asTask(view), name);
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

  doTimerCreate(
    view: TaskView,
    args: SyscallTable['timer_create'],
    want: Want | null,
  ): Steps<number> {
    return timerCreate(this, asTask(view), ...args, want);
  }

  changeIpcId(view: TaskView, kind: IpcKind, id: number, newId: number): number {
    return changeId(this, asTask(view), kind, id, newId);
  }

  capable(view: TaskView, capability: number): boolean {
    return capable(asTask(view), capability);
  }

  pidLevels(view: TaskView): number {
    return asTask(view).thePid.numbers.v.length;
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
