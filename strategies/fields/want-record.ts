// SPDX-License-Identifier: MIT
/**
 * The argument as a binary record, for setter and indirect: two 32-bit words, kind and count, then
 * `count` 64-bit integers. Fixed widths, so that 32-bit callers need no translation.
 */
import { MAX_WANT_VALUES, WANT_NUMBERS, type Want, wantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { InKernel, TaskView } from '../../core/kernel/strategy.ts';
import type { Caller } from '../../core/kernel/syscall.ts';

const HEADER = 8;
const VALUE = 8;

export const recordBytes = (count: number): number => HEADER + VALUE * count;

/** Lays the record out in the caller's memory; its address. */
export function putRecord({ memory }: Caller, { kind, values }: Want): number {
  const address = memory.allocate(recordBytes(values.length));
  memory.store(address, WANT_NUMBERS[kind]);
  memory.store(address + 4, values.length);
  for (const [index, value] of values.entries()) {
    memory.store(address + HEADER + VALUE * index, value);
  }
  return address;
}

/** Copies a record of `bytes` bytes in: the argument, or -EFAULT, or -EINVAL. One step. */
export function copyRecord(
  kernel: InKernel,
  current: TaskView,
  address: number,
  bytes: number,
): Want | number {
  if (bytes < recordBytes(1) || bytes > recordBytes(MAX_WANT_VALUES)) return fail('EINVAL');
  const header = kernel.copyFromUser(current, address, 4, 2);
  if (header === null) return fail('EFAULT');
  const [number = 0, count = 0] = header;
  const kind = wantKind(number);
  if (kind === null || recordBytes(count) !== bytes) return fail('EINVAL');
  const values = kernel.copyFromUser(current, address + HEADER, VALUE, count);
  return values === null ? fail('EFAULT') : { kind, values };
}
