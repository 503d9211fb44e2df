// SPDX-License-Identifier: MIT
/** What the checks that are written by hand have in common. */
import type { Want } from '../../core/kernel/directed.ts';
import { formatResult } from '../../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../../core/kernel/flags.ts';
import { sys } from '../../core/kernel/syscall.ts';

export const NEW = IPC_CREAT | 0o600;
export const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
/** A call that asks for semaphores that are not there: it does nothing, and takes nothing that is not its own. */
export const NO_SET = sys('semget', 4711, 1, 0);
export const msg = (id: number): Want => ({ kind: 'msg', values: [id] });

/** The first of `rows` whose result is not what it must be. */
export function firstWrong(rows: readonly (readonly [string, unknown, number])[]): string | null {
  for (const [what, result, expected] of rows) {
    if (result !== expected) {
      const got = typeof result === 'number' ? formatResult(result) : 'nothing';
      return `${what} gave ${got}, where ${formatResult(expected)} belongs`;
    }
  }
  return null;
}
