// SPDX-License-Identifier: MIT
/** Errno names and numbers of Linux on x86-64 (include/uapi/asm-generic/errno*.h). */

const NUMBERS = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  E2BIG: 7,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  ERANGE: 34,
  ENOSYS: 38,
  ENOMSG: 42,
  EIDRM: 43,
  EOPNOTSUPP: 95,
} as const;

export type Errno = keyof typeof NUMBERS;

/** What a system call returns for this error. */
export function fail(errno: Errno): number {
  return -NUMBERS[errno];
}

const NAMES = new Map<number, string>(Object.entries(NUMBERS).map(([name, nr]) => [-nr, name]));

/** A result for people: "101", or "-EINVAL". */
export function formatResult(result: number): string {
  return result < 0 ? `-${NAMES.get(result) ?? -result}` : String(result);
}
