// SPDX-License-Identifier: MIT
/**
 * System calls are data, programs are generators. A program yields calls and is handed their
 * results, so it does not know which kernel answers. A result is one number, negative for -errno;
 * everything else passes through user memory.
 */
import type { UserMemory } from './memory.ts';

/**
 * Names and arguments of the calls of plain Linux that the model has. fork, clone,
 * execve and rt_sigaction name the program that the child, the new image or the handler runs, because
 * a generator can't be forked. Where a handler's program ends, it returns by rt_sigreturn.
 */
export interface LinuxSyscalls {
  fork: [program: string];
  clone: [flags: number, program: string];
  clone3: [program: string, address: number, bytes: number];
  execve: [program: string, pathAddress: number, pathBytes: number];
  unshare: [flags: number];
  exit: [code: number];
  exit_group: [code: number];
  wait4: [pid: number, statusAddress: number, options: number];
  pause: [];
  kill: [pid: number, signal: number];
  tgkill: [tgid: number, tid: number, signal: number];
  rt_sigaction: [program: string, signal: number, address: number, old: number, bytes: number];
  rt_sigprocmask: [how: number, address: number, old: number, bytes: number];
  getpid: [];
  gettid: [];
  getppid: [];
  setsid: [];
  getsid: [pid: number];
  setpgid: [pid: number, pgid: number];
  getpgid: [pid: number];
  getuid: [];
  geteuid: [];
  getgid: [];
  getegid: [];
  setuid: [uid: number];
  setgid: [gid: number];
  setreuid: [uid: number, euid: number];
  setregid: [gid: number, egid: number];
  setresuid: [uid: number, euid: number, suid: number];
  setresgid: [gid: number, egid: number, sgid: number];
  getresuid: [uidAddress: number, euidAddress: number, suidAddress: number];
  getresgid: [gidAddress: number, egidAddress: number, sgidAddress: number];
  capget: [headerAddress: number, dataAddress: number];
  capset: [headerAddress: number, dataAddress: number];
  prctl: [option: number, arg2: number, arg3?: number, arg4?: number, arg5?: number];
  timer_create: [clock: number, eventAddress: number, idAddress: number];
  timer_delete: [id: number];
  msgget: [key: number, flags: number];
  msgsnd: [id: number, address: number, bytes: number, flags: number];
  msgrcv: [id: number, address: number, bytes: number, type: number, flags: number];
  msgctl: [id: number, command: number, address: number];
  semget: [key: number, nsems: number, flags: number];
  semop: [id: number, address: number, nsops: number];
  semctl: [id: number, semnum: number, command: number, argument: number];
  shmget: [key: number, bytes: number, flags: number];
  shmat: [id: number, flags: number];
  shmdt: [address: number];
  shmctl: [id: number, command: number, address: number];
  open: [pathAddress: number, bytes: number, flags: number];
  openat: [dirfd: number, pathAddress: number, bytes: number, flags: number];
  read: [fd: number, address: number, bytes: number];
  write: [fd: number, address: number, bytes: number];
  lseek: [fd: number, offset: number, whence: number];
  close: [fd: number];
  dup: [fd: number];
  dup2: [fd: number, to: number];
  pidfd_open: [pid: number, flags: number];
  pidfd_getfd: [pidfd: number, fd: number, flags: number];
  setns: [fd: number, nstype: number];
  flock: [fd: number, operation: number];
  seccomp: [operation: number, flags: number, address: number, bytes: number];
}

/**
 * All calls. Open: a strategy's file adds its own by declaration merging, and a kernel dispatches
 * through its table of handlers, never by a closed switch.
 */
export interface SyscallTable extends LinuxSyscalls {}

export type SyscallName = keyof SyscallTable;

/** One call, as data. */
export type Syscall<N extends SyscallName = SyscallName> = {
  [Name in N]: { readonly name: Name; readonly args: SyscallTable[Name] };
}[N];

/** A call as a value to yield: `const id = yield sys('msgget', key, flags)`. */
export function sys<N extends SyscallName>(name: N, ...args: SyscallTable[N]): Syscall<N> {
  return { name, args } as Syscall<N>;
}

/**
 * Not a call: the program waits, outside of the kernel, until a condition over cells holds. The
 * order that a test bench imposes, which costs no kernel work. On a real kernel the harness simply
 * does not hand out the next call.
 */
export interface Await {
  readonly until: () => boolean;
  readonly why: string;
  /** It is only to be there: that it waits for ever is no deadlock. */
  readonly idle?: true;
  /** The same as data, for a kernel below on which no closure can be waited for. */
  readonly tally?: TallyUse;
}

/** What is done with a count of those who have got somewhere: be one of them, wait for all. */
export interface TallyUse {
  readonly name: string;
  /** How many are to arrive. */
  readonly of: number;
  readonly arrives: boolean;
  readonly waits: boolean;
}

/** User code. Its return value is what the scenario sees; the task then stays as it is. */
export type Program<R = number> = Generator<Syscall | Await, R, number>;

/** What user code knows of the task that runs it. */
export interface Caller {
  readonly memory: UserMemory;
}

/** What a program says in the end. */
export type Said = number | readonly number[];

export type ProgramBody = (me: Caller) => Program<Said>;

/** Programs by name, for fork, clone and whoever starts them. */
export type Programs = Readonly<Record<string, ProgramBody>>;
