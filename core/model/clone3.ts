// SPDX-License-Identifier: MIT
/**
 * clone3(2): how its structure grows and what it may hold, after copy_clone_args_from_user(),
 * copy_struct_from_user() and clone3_args_valid() of Linux 6.1. A caller that knows less of it
 * leaves the rest 0; one that knows more must leave 0 what this kernel does not know.
 *
 * Left out: pidfd, the addresses that a new tid is written to, tls, cgroup, CLONE_CLEAR_SIGHAND (the
 * flags that ask for them are refused); a size that ends inside of a member; the stack, which
 * programs do not have.
 */
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { MAX_PID_NS_LEVEL, type Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { CLONE_PARENT, CLONE_THREAD } from '../kernel/flags.ts';
import { CLONE_ARGS, CLONE_ARGS_SIZE_VER0 } from '../kernel/memory.ts';
import { kernelClone } from './fork.ts';
import type { ModelKernel } from './kernel.ts';
import { NSIG, PAGE_BYTES } from './limits.ts';
import type { Task } from './task.ts';

const CSIGNAL = 0xff;
const MEMBER_BYTES = 8;

export function* clone3(
  kernel: ModelKernel,
  current: Task,
  program: string,
  address: number,
  size: number,
): Steps<number> {
  const args = copyArgs(kernel, current, address, size);
  if (typeof args === 'number') return args;
  const { flags, exit_signal: exitSignal = 0, set_tid: setTid, set_tid_size: count = 0 } = args;
  if (count < 0 || count > MAX_PID_NS_LEVEL) return fail('EINVAL');
  if ((setTid === 0) !== (count === 0)) return fail('EINVAL');
  if (exitSignal < 0 || exitSignal > NSIG) return fail('EINVAL');
  const values = kernel.copyFromUser(current, setTid ?? 0, 4, count);
  if (values === null) return fail('EFAULT');
  yield PREEMPT;
  if (flags === undefined || !isValid(args, flags, exitSignal)) return fail('EINVAL');
  const want: Want | null = count === 0 ? null : { kind: 'pid', values };
  return yield* kernelClone(kernel, current, { flags, program, exitSignal }, want);
}

type Args = Readonly<Record<string, number>>;

/** copy_struct_from_user() */
function copyArgs(
  kernel: ModelKernel,
  current: Task,
  address: number,
  size: number,
): Args | number {
  // size_t is unsigned: below 0 is more than a page.
  if (size < 0 || size > PAGE_BYTES) return fail('E2BIG');
  if (size < CLONE_ARGS_SIZE_VER0) return fail('EINVAL');
  for (let at = CLONE_ARGS.bytes; at < size; at++) {
    const value = current.mm.get(address + at);
    if (value === undefined) return fail('EFAULT');
    if (value !== 0) return fail('E2BIG');
  }
  const members = Math.floor(Math.min(size, CLONE_ARGS.bytes) / MEMBER_BYTES);
  const values = kernel.copyFromUser(current, address, MEMBER_BYTES, members, 'call');
  if (values === null) return fail('EFAULT');
  return Object.fromEntries(CLONE_ARGS.fields.map(({ name }, n) => [name, values[n] ?? 0]));
}

/** clone3_args_valid(); which other flags there are is for copy_process() to know. */
function isValid({ stack, stack_size: bytes }: Args, flags: number, exitSignal: number): boolean {
  if (flags < 0 || flags > 0xffffffff || (flags & CSIGNAL) !== 0) return false;
  if ((flags & (CLONE_THREAD | CLONE_PARENT)) !== 0 && exitSignal !== 0) return false;
  return (stack === 0) === (bytes === 0);
}
