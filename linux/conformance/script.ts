// SPDX-License-Identifier: MIT
/**
 * A script: calls of several tasks in one order, as data that both kernels can run. Task 0 is init of
 * a fresh pid namespace, alone in a fresh IPC namespace; fork and clone make the others.
 */
import type { LinuxSyscalls } from '../../core/kernel/syscall.ts';

/** Calls that a script may make. */
export type ScriptCall = Exclude<keyof LinuxSyscalls, 'pause'>;

export type Arg =
  | number
  /** The result of an earlier step. */
  | { readonly result: number }
  /** Address of a byte of the task's own memory. */
  | { readonly memory: number };

/** A number of so many bytes, or text, put into memory before the call. */
export type Store =
  | { readonly offset: number; readonly bytes: 2 | 4 | 8; readonly value: number }
  | { readonly offset: number; readonly text: string };

/** What is read from memory after the call. A time is compared by whether it is 0. */
export interface Load {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly as: 'number' | 'text' | 'time';
}

export interface Step {
  readonly task: number;
  readonly call: ScriptCall;
  /** Without the program of fork and clone, which is `child`. */
  readonly args: readonly Arg[];
  /** The task that fork and clone make. */
  readonly child?: number;
  readonly stores?: readonly Store[];
  readonly loads?: readonly Load[];
  /** Only looks at what the others left behind: not counted, and shown only where it differs. */
  readonly isLook?: true;
}

export type Script = readonly Step[];

/** What one kernel answers, in a form in which equal means equal. */
export interface Answer {
  /** By step. */
  readonly steps: readonly StepAnswer[];
  /** Every task that is left at the end, by its numbers. */
  readonly tasks: readonly string[];
}

export interface StepAnswer {
  /** Did the call sleep before it returned, if it did? */
  readonly slept: boolean;
  readonly end:
    | { readonly kind: 'returned'; readonly result: string; readonly loads: readonly string[] }
    /** Its task died of it, or was dead before; or it sleeps still, or slept when it was due. */
    | { readonly kind: 'gone' | 'asleep' | 'skipped' };
}

/** What is shown of a task: numbers at each level of namespaces, state, name. */
export function formatTask(task: {
  readonly nspid: readonly number[];
  readonly nspgid: readonly number[];
  readonly nssid: readonly number[];
  readonly isZombie: boolean;
  readonly comm: string;
}): string {
  const { nspid, nspgid, nssid, isZombie, comm } = task;
  const state = isZombie ? 'zombie' : 'alive';
  return `pid ${nspid.join('/')} pgid ${nspgid.join('/')} sid ${nssid.join('/')} ${state} "${comm}"`;
}

export function formatStep({ task, call, args, child, stores }: Step): string {
  const shown = args.map((arg) => {
    if (typeof arg === 'number') return String(arg);
    return 'result' in arg ? `#${arg.result + 1}` : `&${arg.memory}`;
  });
  const memory = (stores ?? []).map((store) =>
    'text' in store
      ? `&${store.offset}=${JSON.stringify(store.text)}`
      : `&${store.offset}=${store.value}`,
  );
  const makes = child === undefined ? '' : ` -> task ${child}`;
  const given = memory.length === 0 ? '' : `  [${memory.join(' ')}]`;
  return `task ${task}: ${call}(${shown.join(', ')})${makes}${given}`;
}

export function formatAnswer({ slept, end }: StepAnswer): string {
  // Who dies may sleep on the way; when is the kernel's choice.
  if (end.kind === 'gone') return end.kind;
  const before = slept ? 'slept, ' : '';
  if (end.kind !== 'returned') return before + end.kind;
  return `${before}${end.result}${end.loads.length === 0 ? '' : ` {${end.loads.join(' ')}}`}`;
}
