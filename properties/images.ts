// SPDX-License-Identifier: MIT
/** Programs that take another's place. */
import { putText } from '../core/kernel/memory.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';

/** Returns, with an error, only where it fails. */
export function* becomes({ memory }: Caller, program: string, path: string): Program {
  return yield sys('execve', program, putText(memory, path), path.length);
}
