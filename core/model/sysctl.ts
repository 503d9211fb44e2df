// SPDX-License-Identifier: MIT
/**
 * Files of /proc/sys that hold one int: proc_sys_call_handler() of fs/proc/proc_sysctl.c,
 * proc_dointvec_minmax() and proc_get_long() of kernel/sysctl.c, Linux 6.1, with
 * sysctl_writes_strict as it is by default. Left out: what unregisters a namespace's files once it
 * is dead, by a worker, after which they are ENOENT to whoever still holds a descriptor.
 */
import { fail } from '../kernel/errno.ts';
import { defaultLlseek, type File, type FileOperations, MAY_WRITE } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { INT_MAX, KMALLOC_MAX_SIZE, PAGE_BYTES } from './limits.ts';
import type { Task } from './task.ts';

/** struct ctl_table. */
export interface CtlTable {
  readonly name: string;
  /** root->permissions(): the bits that the caller has, asked at open and at each access. */
  permissions(current: Task): number;
  /** What its files are of, as in FileOperations. */
  readonly of?: FileOperations['of'];
  get(current: Task, file: File): number;
  /** Bytes of `text` that were used, or -errno. */
  set(kernel: ModelKernel, current: Task, file: File, text: string): number;
}

export function sysctlFile(table: CtlTable): FileOperations {
  const isPermitted = (current: Task, access: number) =>
    (table.permissions(current) & access) === access;
  return {
    name: table.name,
    ...(table.of === undefined ? {} : { of: table.of }),
    permits: (current, _target, access) => isPermitted(current, access),
    isReadWhole: true,
    read(kernel, current, file, bytes) {
      if (bytes >= KMALLOC_MAX_SIZE) return fail('ENOMEM');
      if (!kernel.allocates(current)) return fail('ENOMEM');
      return file.position.v === 0 ? `${table.get(current, file)}\n`.slice(0, bytes) : '';
    },
    admit(kernel, current, bytes) {
      if (!isPermitted(current, MAY_WRITE)) return fail('EPERM');
      if (bytes >= KMALLOC_MAX_SIZE) return fail('ENOMEM');
      if (!kernel.allocates(current, 'parse')) return fail('ENOMEM');
      return bytes;
    },
    write: (kernel, current, file, text) => table.set(kernel, current, file, text),
    llseek: defaultLlseek,
  };
}

/**
 * proc_dointvec_minmax() for writing: hands a number from 0 to `max` to `store`. What follows the
 * number and a space is left to the next write, which is not at position 0 and so changes nothing.
 */
export function writeInt(
  { ledger }: ModelKernel,
  { position }: File,
  text: string,
  max: number,
  store: (value: number) => void,
): number {
  if (text === '') return 0;
  if (position.v !== 0) {
    position.v += text.length;
    return text.length;
  }
  ledger.parsed += text.length;
  const seen = text.slice(0, PAGE_BYTES - 1);
  const number = getLong(seen);
  if (number === null || number.value < 0 || number.value > max) return fail('EINVAL');
  store(number.value);
  const used = text.length - number.rest.trimStart().length;
  position.v = used;
  return used;
}

/** TMPBUFLEN without its end: a number that fills it may go on behind it. */
const LONGEST = 21;

/** proc_get_long(): a number as C writes it, in front of white space or the end. */
function getLong(text: string): { readonly value: number; readonly rest: string } | null {
  const from = text.trimStart();
  const match = /^(-?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)/i.exec(from.slice(0, LONGEST));
  const [all, sign, digits] = match ?? [];
  if (all === undefined || digits === undefined || all.length === LONGEST) return null;
  const rest = from.slice(all.length);
  if (rest !== '' && !/^[ \t\n]/.test(rest)) return null;
  const isOctal = /^0\d/.test(digits);
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  if (value > INT_MAX) return null;
  return { value: sign === '-' ? 0 - value : value, rest };
}
