// SPDX-License-Identifier: MIT
/** The wrapped call of sys_indirect(): struct indirect_registers of x86-64, rax and six arguments. */
import type { Directable } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { InKernel, TaskView } from '../../core/kernel/strategy.ts';
import type { Caller, Syscall } from '../../core/kernel/syscall.ts';

const REGISTER_BYTES = 8;
const REGISTERS = 7;

/** Address of the nth; that of the call's number is the 0th. */
export const registerAt = (registers: number, n: number): number => registers + n * REGISTER_BYTES;

/** Lays the registers out in the caller's memory; their address. */
export function putRegisters({ memory }: Caller, { name, args }: Directable): number {
  const address = memory.allocate(REGISTERS * REGISTER_BYTES);
  for (const [index, register] of [name, ...args].entries()) {
    memory.store(registerAt(address, index), register);
  }
  return address;
}

/** The call that registers stand for, whatever it is, or -EFAULT. */
export function copyCall(kernel: InKernel, current: TaskView, address: number): Syscall | number {
  const copied = kernel.copyRegisters(current, address, REGISTERS);
  if (copied === null) return fail('EFAULT');
  const [name, ...args] = copied;
  return { name: String(name), args } as Syscall;
}
