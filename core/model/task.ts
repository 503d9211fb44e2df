// SPDX-License-Identifier: MIT
/**
 * Tasks and thread groups: task_struct and signal_struct of Linux 6.1, reduced to what restart must
 * recreate. What CLONE_THREAD shares is in Signal; children hang on the group and know their thread.
 */
import { type Cell, Link, List, Struct } from '../explore/cell.ts';
import { CAP_DAC_OVERRIDE, SIGCHLD } from '../kernel/flags.ts';
import type {
  AtExec,
  AtFork,
  TaskFieldHooks,
  TaskFieldName,
  TaskFields,
  TaskView,
} from '../kernel/strategy.ts';
import { type Cred, isRaised, ROOT } from './cred.ts';
import type { Files } from './file.ts';
import type { IpcNamespace } from './ipc.ts';
import type { Mm } from './mm.ts';
import type { Pid, PidNamespace } from './pid.ts';
import type { Sighand, SignalSet } from './signal.ts';
import { PosixTimers } from './timer.ts';

// One of each for all lists, of which there are many.
const inGroup = (task: Task): Link<Task> => task.inGroup;
const sibling = (signal: Signal): Link<Signal> => signal.sibling;

/** A thread group. */
export class Signal extends Struct {
  readonly leader: Cell<Task | null> = this.cell('leader', null);
  readonly threads = new List<Task>(this, 'threads', inGroup);
  readonly liveThreads = this.cell('live', 0);
  readonly parent: Cell<Signal | null> = this.cell('parent', null);
  /**
   * The thread whose child it is: it is told of the end, and waits for its own children before it
   * does for those of others.
   */
  readonly realParent: Cell<Task | null> = this.cell('real_parent', null);
  readonly children = new List<Signal>(this, 'children', sibling);
  readonly sibling = new Link<Signal>(this, 'sibling');
  /** Of the leader: what its parent is told by, or waits for it by. */
  readonly exitSignal = this.cell('exit_signal', SIGCHLD);
  readonly pgrp: Cell<Pid | null> = this.cell('pgrp', null);
  readonly session: Cell<Pid | null> = this.cell('session', null);
  readonly inPgrp = new Link<Signal>(this, 'in_pgrp');
  readonly inSession = new Link<Signal>(this, 'in_session');
  readonly isSessionLeader = this.cell('session_leader', false);
  readonly timers = new PosixTimers();
  /** The code for wait4, once the group exits. */
  readonly groupExit: Cell<number | null> = this.cell('group_exit', null);
  /** Whoever execs and waits for the other threads to be gone: group_exec_task. */
  readonly execTask: Cell<Task | null> = this.cell('group_exec_task', null);
  /** Of its threads one execs at a time. */
  readonly credGuard: Cell<Task | null> = this.cell('cred_guard_mutex', null);
  /** What its parent had as selfExecId when it forked this. */
  readonly parentExecId = this.cell('parent_exec_id', 0);
  /** Children that went, so far: other threads that wait look again. */
  readonly gone = this.cell('children_gone', 0);
  readonly sharedPending: Cell<SignalSet> = this.cell('shared_pending', 0);
  /** Where the search for a thread that takes a signal starts: curr_target. */
  readonly target: Cell<Task | null> = this.cell('curr_target', null);
}

export type ExitState = 'running' | 'zombie' | 'dead';

export class Task extends Struct implements TaskView {
  readonly pid: Cell<Pid | null> = this.cell('pid', null);
  readonly signalCell: Cell<Signal | null> = this.cell('signal', null);
  readonly inGroup = new Link<Task>(this, 'in_group');
  readonly inNamespace = new Link<Task>(this, 'in_namespace');
  readonly mmCell: Cell<Mm | null> = this.cell('mm', null);
  readonly arena = this.cell('arena', 0);
  readonly filesCell: Cell<Files | null> = this.cell('files', null);
  readonly ipcNsCell: Cell<IpcNamespace | null> = this.cell('ipc_ns', null);
  readonly pidNsForChildren: Cell<PidNamespace | null> = this.cell('pid_ns_for_children', null);
  readonly cred: Cell<Cred> = this.cell('cred', ROOT);
  readonly comm = this.cell('comm', '');
  readonly exitState: Cell<ExitState> = this.cell('exit_state', 'running');
  readonly exitCode = this.cell('exit_code', 0);
  readonly sighandCell: Cell<Sighand | null> = this.cell('sighand', null);
  readonly pending: Cell<SignalSet> = this.cell('pending', 0);
  readonly blocked: Cell<SignalSet> = this.cell('blocked', 0);
  /** TIF_SIGPENDING: before user code goes on, there is something to see to. */
  readonly sigpending = this.cell('sigpending', false);
  /** A SIGKILL is pending: the group exits, or the namespace's init died. */
  readonly killed = this.cell('killed', false);
  /** One of its allocations may find no memory: each is explored. */
  readonly mayLackMemory = this.cell('may_lack_memory', false);
  /** Names of the calls that each filter refuses; see seccomp.ts. */
  readonly filters: Cell<readonly (readonly string[])[]> = this.cell('seccomp', []);
  /** What it runs later can't gain privilege by a set-uid file. */
  readonly noNewPrivs = this.cell('no_new_privs', false);
  /** Of the dead, whose memory is gone: user_dumpable. */
  readonly wasDumpable = this.cell('user_dumpable', true);
  /** PF_EXITING */
  readonly isExiting = this.cell('exiting', false);
  /** PF_FORKNOEXEC */
  readonly forkNoExec = this.cell('forknoexec', true);
  readonly selfExecId = this.cell('self_exec_id', 0);
  /** The program of a new image, until it runs: what ran before never goes on. */
  readonly image: Cell<string | null> = this.cell('image', null);
  private readonly fields = new Map<TaskFieldName, Cell<unknown>>();

  constructor(hooks: TaskFieldHooks) {
    super();
    for (const name of Object.keys(hooks) as TaskFieldName[]) {
      this.fields.set(name, this.cell(name, fieldHook(hooks, name).initial));
    }
  }

  field<N extends TaskFieldName>(name: N): Cell<TaskFields[N]> {
    const cell = this.fields.get(name);
    if (cell === undefined) throw new Error(`no strategy declares the task field ${name}`);
    return cell as Cell<TaskFields[N]>;
  }

  get signal(): Signal {
    return linked(this.signalCell.v, 'signal');
  }

  get sighand(): Sighand {
    return linked(this.sighandCell.v, 'sighand');
  }

  get leader(): Task {
    return linked(this.signal.leader.v, 'leader');
  }

  get mm(): Mm {
    return linked(this.mmCell.v, 'mm');
  }

  get files(): Files {
    return linked(this.filesCell.v, 'files');
  }

  get ipcNs(): IpcNamespace {
    return linked(this.ipcNsCell.v, 'ipc_ns');
  }

  get thePid(): Pid {
    return linked(this.pid.v, 'pid');
  }

  /** task_active_pid_ns(): where it lives, which unlike the namespace for children never changes. */
  get activePidNs(): PidNamespace {
    return linked(this.thePid.ns.v, 'pid namespace');
  }
}

interface AnyFieldHook {
  readonly initial: unknown;
  readonly atFork: AtFork;
  readonly atExec: AtExec;
}

/** What `hooks` declares for a field, whatever its type. */
export function fieldHook(hooks: TaskFieldHooks, name: TaskFieldName): AnyFieldHook {
  const hook = hooks[name] as AnyFieldHook | undefined;
  if (hook === undefined) throw new Error(`no strategy declares the task field ${name}`);
  return hook;
}

/** A pointer that is null only between allocation and publication. */
function linked<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`a task without ${what} was used`);
  return value;
}

/** ns_capable() of the user namespace that all tasks are in. */
export function capable(task: Task, ...anyOf: readonly number[]): boolean {
  const { effective } = task.cred.v;
  return anyOf.some((capability) => isRaised(effective, capability));
}

/** capable(): asked in the initial user namespace, in which the root of another is nobody. */
export function initiallyCapable(task: Task, capability: number): boolean {
  return task.cred.v.userNsLevel === 0 && capable(task, capability);
}

/**
 * generic_permission() on a file of `target`, whose owner task_dump_owner() names. A group has no
 * more than others have in any mode here.
 */
export function genericPermission(
  current: Task,
  target: Task,
  mode: number,
  access: number,
): boolean {
  const isRoots = target.exitState.v === 'running' && !target.mm.dumpable.v;
  const owner = isRoots ? 0 : target.cred.v.euid;
  const granted = owner === current.cred.v.euid ? mode >> 6 : mode;
  return (granted & access) === access || capable(current, CAP_DAC_OVERRIDE);
}

/**
 * proc_tid_comm_permission(): a thread group may always open what is its own. By the mode alone, a
 * task that gave up its privilege would be locked out, as it is no longer dumpable.
 */
export function tidPermission(current: Task, target: Task, mode: number, access: number): boolean {
  return target.signal === current.signal || genericPermission(current, target, mode, access);
}
