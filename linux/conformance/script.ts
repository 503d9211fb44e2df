// SPDX-License-Identifier: MIT
/**
 * A script: calls of several tasks in one order, as data that both kernels can run. Task 0 is init of
 * a fresh pid namespace, alone in a fresh IPC namespace; fork and clone make the others.
 */
import type { LinuxSyscalls } from '../../core/kernel/syscall.ts';

export type ModelCall = keyof LinuxSyscalls;

/** What linux/patches adds, by the numbers there; strategies/ has what they are. */
export const PATCHED_CALLS = {
  fork_with_id: 451,
  clone_with_id: 452,
  msgget_with_id: 453,
  semget_with_id: 454,
  shmget_with_id: 455,
  msgctl_with_state: 456,
  semctl_with_state: 457,
  shmctl_with_state: 458,
  set_next_syscall_data: 459,
  indirect: 460,
  set_process_data: 461,
} as const;

/**
 * Calls that a script may make: those of the model, those of a design, and the one that ends a
 * handler, which in the model is the end of its program.
 */
export type ScriptCall = ModelCall | keyof typeof PATCHED_CALLS | 'rt_sigreturn';

export type Arg =
  | number
  /** The result of an earlier step. */
  | { readonly result: number }
  /** Address of a byte of the task's own memory. */
  | { readonly memory: number };

/** A number of so many bytes, an address of the task's own memory, or text, put there before the call. */
export type Store =
  | { readonly offset: number; readonly bytes: 2 | 4 | 8; readonly value: number }
  | { readonly offset: number; readonly memory: number }
  | { readonly offset: number; readonly text: string }
  /** Eight bytes that each kernel has its own value for: what rt_sigaction is to be given. */
  | { readonly offset: number; readonly address: 'handler' | 'restorer' }
  /** Eight bytes: the call that indirect wraps; or the program that this call names, which is `child`. */
  | { readonly offset: number; readonly wraps: ScriptCall }
  | { readonly offset: number; readonly isProgram: true }
  /** What seccomp is to be given to have these calls refused, in each kernel's own form. */
  | { readonly offset: number; readonly refuses: readonly ScriptCall[] };

/**
 * What is read from memory after the call. A time is compared by whether it is 0, a handler by
 * whether there is one.
 */
export interface Load {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly as: 'number' | 'text' | 'time' | 'handler';
}

export interface Step {
  readonly task: number;
  readonly call: ScriptCall;
  /** Without the program of fork, clone and rt_sigaction, which is `child`. */
  readonly args: readonly Arg[];
  /** The task that fork and clone make, or that stands for the handler while it runs. */
  readonly child?: number;
  readonly stores?: readonly Store[];
  readonly loads?: readonly Load[];
  /** Only looks at what the others left behind: not counted, and shown only where it differs. */
  readonly isLook?: true;
}

export type Script = readonly Step[];

/** Does a path of it name a task by its number? /proc may be that of an outer namespace. */
export const namesByNumber = ({ stores }: Step): boolean =>
  (stores ?? []).some((store) => 'text' in store && /^\/proc\/\d/.test(store.text));

/** What one kernel answers, in a form in which equal means equal. */
export interface Answer {
  /** By step. */
  readonly steps: readonly StepAnswer[];
  /** Every task that is left at the end, by its numbers. */
  readonly tasks: readonly string[];
}

export interface StepAnswer {
  /** Had the call not returned when its step was over? It slept, or was in a handler. */
  readonly slept: boolean;
  /** Handlers that this step made run, by their tasks. */
  readonly handlers: readonly number[];
  readonly end:
    | { readonly kind: 'returned'; readonly result: string; readonly loads: readonly string[] }
    /** Its task died of it, or was dead before; or it sleeps still, or slept when it was due. */
    | { readonly kind: 'gone' | 'asleep' | 'skipped' };
}

/** What is shown of a task: numbers at each level of namespaces, credentials, state, name. */
export function formatTask(task: {
  readonly nspid: readonly number[];
  readonly nspgid: readonly number[];
  readonly nssid: readonly number[];
  readonly isZombie: boolean;
  readonly comm: string;
  /** Real, effective and saved; capabilities in hexadecimal. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly capabilities: readonly string[];
  /** Sets as /proc has them, bit n-1 for signal n. */
  readonly signals: Readonly<Record<SignalSetName, number>>;
  /** How many seccomp filters there are. */
  readonly filters: number;
}): string {
  const { nspid, nspgid, nssid, isZombie, comm, uids, gids, capabilities, signals, filters } = task;
  const numbers = `pid ${nspid.join('/')} pgid ${nspgid.join('/')} sid ${nssid.join('/')}`;
  const cred = `uid ${uids.join('/')} gid ${gids.join('/')} cap ${capabilities.join('/')}`;
  if (isZombie) return `${numbers} ${cred} zombie "${comm}"`;
  const sets = SIGNAL_SETS.filter((name) => signals[name] !== 0).map(
    (name) => ` ${name} ${signals[name].toString(16)}`,
  );
  const filtered = filters === 0 ? '' : ` filters ${filters}`;
  return `${numbers} ${cred} alive "${comm}"${sets.join('')}${filtered}`;
}

/** Signals pending to the thread and to its group, blocked, ignored, caught: /proc/PID/status. */
export const SIGNAL_SETS = ['SigPnd', 'ShdPnd', 'SigBlk', 'SigIgn', 'SigCgt'] as const;
export type SignalSetName = (typeof SIGNAL_SETS)[number];

export function formatStep({ task, call, args, child, stores }: Step): string {
  const shown = args.map((arg) => {
    if (typeof arg === 'number') return String(arg);
    return 'result' in arg ? `#${arg.result + 1}` : `&${arg.memory}`;
  });
  const made = call === 'rt_sigaction' ? 'handler' : 'task';
  const makes = child === undefined ? '' : ` -> ${made} ${child}`;
  const memory = (stores ?? []).map((store) => `&${store.offset}=${formatStored(store)}`);
  const given = memory.length === 0 ? '' : `  [${memory.join(' ')}]`;
  return `task ${task}: ${call}(${shown.join(', ')})${makes}${given}`;
}

function formatStored(store: Store): string {
  if ('text' in store) return JSON.stringify(store.text);
  if ('memory' in store) return `&${store.memory}`;
  if ('wraps' in store) return store.wraps;
  if ('isProgram' in store) return 'its program';
  if ('refuses' in store) return `refuses(${store.refuses.join(' ')})`;
  return String('value' in store ? store.value : store.address);
}

export function formatAnswer({ slept, handlers, end }: StepAnswer): string {
  const runs = handlers.map((task) => `, handler ${task} runs`).join('');
  // Who dies may sleep on the way; when is the kernel's choice.
  if (end.kind === 'gone') return end.kind + runs;
  const before = slept ? 'slept, ' : '';
  if (end.kind !== 'returned') return before + end.kind + runs;
  const loads = end.loads.length === 0 ? '' : ` {${end.loads.join(' ')}}`;
  return before + end.result + loads + runs;
}
