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
import type { Caller, Program, Syscall, SyscallName, SyscallTable } from './syscall.ts';

/** Fields that designs add to the task. Open: a strategy's file adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface TaskFields {}

export type TaskFieldName = keyof TaskFields;

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
}

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
  /** Each takes the optional argument that this whole project is about; null for a plain call. */
  kernelClone(task: TaskView, args: CloneArgs, want: Want | null): Steps<number>;
  doMsgget(task: TaskView, args: SyscallTable['msgget'], want: Want | null): Steps<number>;
  doSemget(task: TaskView, args: SyscallTable['semget'], want: Want | null): Steps<number>;
  doShmget(task: TaskView, args: SyscallTable['shmget'], want: Want | null): Steps<number>;
  doMsgctl(task: TaskView, args: SyscallTable['msgctl'], want: Want | null): Steps<number>;
  doSemctl(task: TaskView, args: SyscallTable['semctl'], want: Want | null): Steps<number>;
  doShmctl(task: TaskView, args: SyscallTable['shmctl'], want: Want | null): Steps<number>;
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

export type TaskFieldHooks = {
  readonly [N in TaskFieldName]?: {
    readonly initial: TaskFields[N];
    readonly atFork: AtFork;
  };
};

/** A file in /proc/<tgid>/task/<tid>/. As with comm there, its thread group may always open it. */
export interface ProcfsEntry {
  readonly name: string;
  readonly mode: number;
  /** `text` was copied in; `target` is the task whose directory was opened. Bytes or -errno. */
  write(kernel: InKernel, current: TaskView, target: TaskView, text: string): number;
}

/** "Is a certain id or state wanted?" Asked as a step of its own; the answer may consume it. */
export interface WantedHook {
  /** Where a call understands it, or in the allocator, behind the early exits of a call. */
  readonly askedIn: 'call' | 'allocator';
  wanted(kernel: InKernel, current: TaskView, kind: WantKind): Want | null;
}

/** Everything that a design may add to the kernel. Without any, the model is plain Linux. */
export interface KernelHalf {
  readonly syscalls?: SyscallHandlers;
  readonly taskFields?: TaskFieldHooks;
  readonly procfs?: readonly ProcfsEntry[];
  readonly asked?: WantedHook;
}

/** What user code does to make a directed call. */
export interface CallerHalf {
  /** Done once a thread, before its first directed call; the number is handed to each. */
  prepare?(me: Caller): Program;
  /** Makes `call` and asks for `want`; the call's result, or -errno of whichever part failed. */
  direct(me: Caller, want: Want, call: Directable, prepared: number): Program;
}

export type StrategyKind = 'design' | 'control';

export interface Strategy {
  readonly name: string;
  /** Place in tables: the thread's numbering; later ideas follow. */
  readonly order: number;
  /** One line: how the argument travels. */
  readonly summary: string;
  /** A design is compared; a control is expected to fail. */
  readonly kind: StrategyKind;
  /** Which version of the idea this is. */
  readonly form: 'as posted' | 'best form';
  readonly caller: CallerHalf;
  /** Other ways for user code to use the same kernel half, by name. */
  readonly variants?: Readonly<Record<string, CallerHalf>>;
  readonly kernel: KernelHalf;
}
