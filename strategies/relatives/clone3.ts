// SPDX-License-Identifier: MIT
/**
 * A relative: what mainline has for pids since 5.5, set_tid of clone3(2), which is with_id under
 * another name: a call of its own, whose structure may grow. The kernel half is empty, as every
 * kernel has it. A number for each level, innermost first; taken is EEXIST. It knows nothing of IPC.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { CLONE_PARENT, CLONE_THREAD, SIGCHLD } from '../../core/kernel/flags.ts';
import { CLONE_ARGS, putNumbers, putStruct } from '../../core/kernel/memory.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

function* direct({ memory }: Caller, { kind, values }: Want, call: Directable): Program {
  if (kind !== 'pid') return fail('ENOSYS');
  if (call.name !== 'fork' && call.name !== 'clone') return yield call;
  const [flags, program] = call.name === 'fork' ? [0, ...call.args] : call.args;
  const args = putStruct(memory, CLONE_ARGS, {
    flags,
    // A thread has no parent to tell, and a sibling has its maker's signal.
    exit_signal: (flags & (CLONE_THREAD | CLONE_PARENT)) === 0 ? SIGCHLD : 0,
    set_tid: putNumbers(memory, 4, values),
    set_tid_size: values.length,
  });
  return yield sys('clone3', program, args, CLONE_ARGS.bytes);
}

export const clone3: Strategy = {
  name: 'clone3',
  of: null,
  order: 204,
  summary: 'clone3() with set_tid: a system call of its own, for pids alone',
  kind: 'relative',
  form: 'in mainline',
  directs: ['pid'],
  caller: { direct },
  kernel: {},
};
