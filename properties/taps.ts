// SPDX-License-Identifier: MIT
/** What scenarios do with the calls that a design makes: let some through, or point them elsewhere. */
import { putText } from '../core/kernel/memory.ts';
import type { Tap } from '../core/kernel/scenario.ts';
import { type Caller, type Program, type SyscallName, sys } from '../core/kernel/syscall.ts';

/** Passed over: as if the call had returned 0, which is also the first descriptor. */
export function* passedOver(): Program {
  return 0;
}

/** Of all that a design calls, only this. */
export const only =
  (name: SyscallName): Tap =>
  (made) =>
    made.name === name ? null : passedOver();

/** Of all that a design calls, only what it writes, and that to this descriptor. */
export const writesTo =
  (fd: number): Tap =>
  (made) =>
    made.name === 'write' ? writes(fd, made.args[1], made.args[2]) : passedOver();

function* writes(fd: number, address: number, bytes: number): Program {
  return yield sys('write', fd, address, bytes);
}

/**
 * Only files are used, and instead of its own, or its own directory, the task opens those of another,
 * by number; of what is then done with them, perhaps only the opening.
 */
export const opensThatOf =
  ({ memory }: Caller, tid: number, last: 'open' | 'write' = 'write'): Tap =>
  (made) => {
    if (made.name === 'write') return last === 'write' ? null : passedOver();
    // From the directory that was opened before.
    if (made.name === 'openat') return null;
    if (made.name !== 'open') return passedOver();
    const [address, bytes, flags] = made.args;
    const path = String(memory.load(address))
      .slice(0, bytes)
      .replace(/\/thread-self(?=\/|$)/, `/${tid}/task/${tid}`)
      .replace(/\/self(?=\/|$)/, `/${tid}`);
    return opens(putText(memory, path), path.length, flags);
  };

function* opens(address: number, bytes: number, flags: number): Program {
  return yield sys('open', address, bytes, flags);
}
