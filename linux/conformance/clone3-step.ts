// SPDX-License-Identifier: MIT
/** A clone3 of a script, for those that are written by hand. */
import { SIGCHLD } from '../../core/kernel/flags.ts';
import { CLONE_ARGS } from '../../core/kernel/memory.ts';
import type { Step, Store } from './script.ts';

/** A structure at 0 with numbers at 128, of which the members may be set otherwise. */
export function clone3(
  child: number,
  numbers: readonly number[],
  size = CLONE_ARGS.bytes,
  members: Readonly<Record<string, number>> = {},
): Step {
  const values: Readonly<Record<string, number>> = {
    flags: 0,
    exit_signal: SIGCHLD,
    set_tid_size: numbers.length,
    ...members,
  };
  const stores = CLONE_ARGS.fields.flatMap(({ name, offset }): Store[] => {
    const value = values[name];
    if (name === 'set_tid' && value === undefined) return [{ offset, memory: 128 }];
    return [{ offset, bytes: 8, value: value ?? 0 }];
  });
  const wanted = numbers.map((value, n): Store => ({ offset: 128 + 4 * n, bytes: 4, value }));
  return {
    task: 0,
    call: 'clone3',
    args: [{ memory: 0 }, size],
    child,
    stores: [...stores, ...wanted],
  };
}
