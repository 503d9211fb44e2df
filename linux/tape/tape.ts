// SPDX-License-Identifier: MIT
/**
 * A tape: the system calls of one task as data, with slots for results that later calls use, so that
 * one loop in C can play what a caller half does, and no caller half is written twice.
 */
import type { ScriptCall } from '../conformance/script.ts';

export type TapeArg =
  | number
  /** What an earlier operation of the same tape returned, by its place. */
  | { readonly result: number }
  /** Address of a byte of the tape's memory. */
  | { readonly memory: number };

/**
 * Beside the model's calls: what is none of a kernel's, of tasks that wait for each other, and a wait
 * for the death of a child that leaves it to be waited for.
 */
export type OwnCall = 'arrive' | 'wait' | 'see_off';
/** What linux/patches/next-call adds, by the number there. */
export const NEXT_CALLS = { timer_create_with_id: 462 } as const;
export type TapeCallName = ScriptCall | OwnCall | keyof typeof NEXT_CALLS | 'waitid';

export interface TapeCall {
  readonly call: TapeCallName;
  /** Without the program of fork, clone and clone3, which is `child`. */
  readonly args: readonly TapeArg[];
  /** The tape that the task or thread which it makes plays. */
  readonly child?: number;
  /** The call that indirect wraps, whose registers are behind its first argument. */
  readonly wraps?: ScriptCall;
  /** What it must return; null: anything that is no error. */
  readonly expects: number | null;
}

export interface Tape {
  readonly calls: readonly TapeCall[];
  /** What its memory holds before the first call. No two calls share a byte that either changes. */
  readonly memory: Buffer;
  /** Where that memory holds an address of its own: 8 bytes at `at` that are to be the address of `to`. */
  readonly pointers: readonly { readonly at: number; readonly to: number }[];
}
