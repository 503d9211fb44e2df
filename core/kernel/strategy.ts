// SPDX-License-Identifier: MIT
/**
 * A strategy is a design in both its halves: what user code does, and what the kernel gains. The
 * hooks have the same names in TypeScript and in the patches.
 */
import type { Cell } from '../explore/cell.ts';
import type { Steps } from '../explore/thread.ts';
import type { Directable, Want, WantKind } from './directed.ts';
import type { Ledger } from './ledger.ts';
import type { Scalar } from './memory.ts';
import type { Rubric } from './rubric.ts';
import type { Caller, Program, Syscall, SyscallName, SyscallTable } from './syscall.ts';
import type { TaskFieldName, TaskFields } from './task-fields.ts';

/** As a whole: what is merged into an interface that is handed on by its name goes nowhere. */
export * from './task-fields.ts';

/** A task as kernel halves see it. */
export interface TaskView {
  /** The thread group leader, perhaps the task itself. */
  readonly leader: TaskView;
  field<N extends TaskFieldName>(name: N): Cell<TaskFields[N]>;
}

/** What a fork makes: flags of clone(2), and the program that the child runs. */
export interface CloneArgs {
  readonly flags: number;
  readonly program: string;
  /** What tells the parent of a process's end; SIGCHLD if it is left out, 0 for nothing. */
  readonly exitSignal?: number;
  /**
   * How wanted pids are read and refused: as alloc_pid() does, or as set_pidmap() of the eclone
   * patches, in which 0 is the kernel's choice.
   */
  readonly pidRules?: 'alloc_pid' | 'set_pidmap';
}

/** Types of IPC objects. */
export type IpcKind = WantKind & ('msg' | 'sem' | 'shm');

/**
 * In-kernel functions that a design may call, under their names in Linux where they have one.
 * Those that return Steps contain preemption points; the others are part of the caller's step.
 */
export interface InKernel {
  readonly ledger: Ledger;
  /** Numbers of `bytes` bytes each, or null on a fault. Yield before: a copy may sleep. */
  copyFromUser(task: TaskView, address: number, bytes: number, count: number): number[] | null;
  strncpyFromUser(task: TaskView, address: number, bytes: number): string | null;
  /** `count` saved registers of 8 bytes: a call's name, numbers, and names of programs. */
  copyRegisters(task: TaskView, address: number, count: number): Scalar[] | null;
  /** Runs a system call by its table entry, for a call that wraps another. */
  dispatch(task: TaskView, call: Syscall): Steps<number>;
  capable(task: TaskView, capability: number): boolean;
  /** 0, or -errno if a filter of the task (seccomp) refuses such a call: asked at entry, and here. */
  filtered(task: TaskView, name: SyscallName): number;
  /** At how many levels of pid namespaces the task has a number. */
  pidLevels(task: TaskView): number;
  /** Each takes the optional argument that this whole project is about; null for a plain call. */
  kernelClone(task: TaskView, args: CloneArgs, want: Want | null): Steps<number>;
  doMsgget(task: TaskView, args: SyscallTable['msgget'], want: Want | null): Steps<number>;
  doSemget(task: TaskView, args: SyscallTable['semget'], want: Want | null): Steps<number>;
  doShmget(task: TaskView, args: SyscallTable['shmget'], want: Want | null): Steps<number>;
  doMsgctl(task: TaskView, args: SyscallTable['msgctl'], want: Want | null): Steps<number>;
  doSemctl(task: TaskView, args: SyscallTable['semctl'], want: Want | null): Steps<number>;
  doShmctl(task: TaskView, args: SyscallTable['shmctl'], want: Want | null): Steps<number>;
  doTimerCreate(
    task: TaskView,
    args: SyscallTable['timer_create'],
    want: Want | null,
  ): Steps<number>;
  /** Gives an IPC object that exists another id; 0 or -errno. */
  changeIpcId(task: TaskView, kind: IpcKind, id: number, newId: number): number;
}

export type SyscallHandlers = {
  readonly [N in SyscallName]?: (
    kernel: InKernel,
    current: TaskView,
    ...args: SyscallTable[N]
  ) => Steps<number>;
};

/** What becomes of a field in the child of fork and clone, failed forks included. */
export type AtFork = 'clear' | 'copy';

/** What becomes of a field once exec can't fail any more. */
export type AtExec = 'clear' | 'keep';

export type TaskFieldHooks = {
  readonly [N in TaskFieldName]?: {
    readonly initial: TaskFields[N];
    readonly atFork: AtFork;
    readonly atExec: AtExec;
  };
};

/** A file of a task. */
export interface ProcfsEntry {
  readonly name: string;
  /**
   * In /proc/<tgid>/task/<tid>/, where as with comm its thread group may always open it; or one for
   * the process, in /proc/<tgid>/, whose task is the leader and whose mode alone decides.
   */
  readonly where?: 'task' | 'process';
  readonly mode: number;
  /**
   * `text` was copied in; `target` is the task whose directory was opened; `isOpenersImage`: has the
   * caller the memory still that the file was opened from, as attr/ asks? Bytes or -errno.
   */
  write(
    kernel: InKernel,
    current: TaskView,
    target: TaskView,
    text: string,
    isOpenersImage: boolean,
  ): number;
}

/** "Is a certain id or state wanted?" Asked as a step of its own; the answer may consume it. */
export interface WantedHook {
  /** Where a call understands it, or in the allocator, behind the early exits of a call. */
  readonly askedIn: 'call' | 'allocator';
  wanted(kernel: InKernel, current: TaskView, kind: WantKind): Want | null;
  /** The call that was given `want` is interrupted, and will be made again (-ERESTART*). */
  restarts?(kernel: InKernel, current: TaskView, want: Want): void;
  /** The call that was given `want` failed. */
  failed?(kernel: InKernel, current: TaskView, want: Want): void;
}

/** Everything that a design may add to the kernel. Without any, the model is plain Linux. */
export interface KernelHalf {
  readonly syscalls?: SyscallHandlers;
  readonly taskFields?: TaskFieldHooks;
  readonly procfs?: readonly ProcfsEntry[];
  readonly asked?: WantedHook;
  /** First thing in every system call, and in each making of one that is restarted. */
  entry?(kernel: InKernel, current: TaskView, name: SyscallName): void;
  /** Last thing in every system call, before signals are seen to. */
  exit?(kernel: InKernel, current: TaskView, name: SyscallName): void;
  /** Before a handler runs, and when it has returned. Handlers nest. */
  signalDelivery?(kernel: InKernel, current: TaskView): void;
  signalReturn?(kernel: InKernel, current: TaskView): void;
}

/** What user code does to make a directed call. */
export interface CallerHalf {
  /** Done once a thread, before its first directed call; the number is handed to each. */
  prepare?(me: Caller): Program;
  /** Makes `call` and asks for `want`; the call's result, or -errno of whichever part failed. */
  direct(me: Caller, want: Want, call: Directable, prepared: number): Program;
  /**
   * `direct` asks first and then makes the very call that it was given, so that others may come in
   * between, and code that was never changed may make the call instead.
   */
  readonly twoPasses?: true;
}

/**
 * A design of the thread is compared, in every form; a relative is what some kernel or tool has in
 * its place; a control is expected to fail.
 */
export const STRATEGY_KINDS = ['design', 'relative', 'control'] as const;
export type StrategyKind = (typeof STRATEGY_KINDS)[number];

/**
 * As its author fixed it; as it was named, where no text survives; the strongest version that its
 * advocates could post today; or as mainline has it.
 */
export const FORMS = ['as posted', 'as named', 'best form', 'in mainline'] as const;
export type Form = (typeof FORMS)[number];

/** The four of the thread. */
export const DESIGNS = ['with_id', 'procfs', 'setter', 'indirect'] as const;
export type Design = (typeof DESIGNS)[number];

export interface Strategy {
  readonly name: string;
  /** The design of the thread that this is a form or a control of; null if it is of none. */
  readonly of: Design | null;
  /** Place in tables: the thread's numbering; later ideas follow. */
  readonly order: number;
  /** One line: how the argument travels. */
  readonly summary: string;
  readonly kind: StrategyKind;
  readonly form: Form;
  /** What it can ask for; everything if it is left out. */
  readonly directs?: readonly WantKind[];
  /**
   * It makes calls until one happens to come out right: too many to explore, so scenarios leave it out,
   * and there is no value that could be misdelivered.
   */
  readonly tries?: true;
  readonly caller: CallerHalf;
  /** Other ways for user code to use the same kernel half, by name. */
  readonly variants?: Readonly<Record<string, CallerHalf>>;
  readonly kernel: KernelHalf;
  /** Answers to whoever would review it as an addition to Linux. */
  readonly rubric?: Rubric;
  /** The file that somebody brought it in with; our own have none. */
  readonly from?: string;
}

/** Those that stand for their designs wherever there is no room for every form and variation. */
export const isBestForm = ({
  name,
  of,
  kind,
  form,
}: Pick<Strategy, 'name' | 'of' | 'kind' | 'form'>): boolean =>
  kind === 'design' && form === 'best form' && (of === null || of === name);

export const canDirect = ({ directs }: Pick<Strategy, 'directs'>, kind: WantKind): boolean =>
  directs === undefined || directs.includes(kind);
