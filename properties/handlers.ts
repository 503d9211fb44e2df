// SPDX-License-Identifier: MIT
/** Signals in scenarios: task A has a handler, and somebody else sends. */
import { SA_RESTORER, SIGUSR1 } from '../core/kernel/flags.ts';
import { putStruct, SIGACTION } from '../core/kernel/memory.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';

export const SIGNAL = SIGUSR1;
/** Of task A: the first that is made after init. */
export const HANDLER_PID = 2;

/** Has `program` run on the signal. */
export function* onSignal({ memory }: Caller, program: string): Program {
  const action = putStruct(memory, SIGACTION, { handler: memory.allocate(8), flags: SA_RESTORER });
  return yield sys('rt_sigaction', program, SIGNAL, action, 0, 8);
}
