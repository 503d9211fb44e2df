// SPDX-License-Identifier: MIT
/**
 * procfs: write the value to next_syscall_data in the task's own directory; the next understanding
 * call takes it. N. Derbey, July 2008; the text format `LONG<n> X0 ... X<n-1>` is that of April
 * 2008, behind a word for the kind, and with a line feed at its end: a text that was cut, as buffered
 * output cuts it, is none. Only the task itself may write, from the memory that it opened the file
 * from, as proc_pid_attr_write() has it since 5.13: what a set-uid program prints to a
 * descriptor that it was handed by exec arms nobody. Reached by /proc/thread-self, so that no caller
 * needs its tid.
 */
import {
  MAX_WANT_VALUES,
  WANT_NUMBERS,
  type Want,
  type WantKind,
} from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { arm, nextSyscallData, takenByTheCall } from './fields/next-syscall-data.ts';
import { keptDescriptor, keptDirectory, openWriteClose } from './fields/task-file.ts';

const DIRECTORY = '/proc/thread-self';
const NAME = 'next_syscall_data';
export const PATH = `${DIRECTORY}/${NAME}`;

export const format = ({ kind, values }: Want): string =>
  `${kind} LONG${values.length} ${values.join(' ')}\n`;

/** The value that a text stands for, or null. It ends in one line feed, as what echo writes. */
export function parse(text: string): Want | null {
  const match = /^([a-z_]+) LONG([1-9]\d{0,4})((?: \d{1,16})+)\n$/.exec(text);
  const [, kind, count, rest] = match ?? [];
  if (kind === undefined || rest === undefined || !Object.hasOwn(WANT_NUMBERS, kind)) return null;
  const values = rest.trim().split(' ').map(Number);
  if (values.length !== Number(count) || values.length > MAX_WANT_VALUES) return null;
  return { kind: kind as WantKind, values };
}

export const procfs: Strategy = {
  name: 'procfs',
  of: 'procfs',
  order: 2,
  summary: 'write to /proc/self/task/<tid>/next_syscall_data; the next call takes it',
  kind: 'design',
  form: 'best form',
  caller: openWriteClose(PATH, format),
  variants: {
    kept: keptDescriptor(PATH, format),
    openat: keptDirectory(DIRECTORY, NAME, format),
  },
  kernel: {
    taskFields: nextSyscallData,
    asked: takenByTheCall,
    procfs: [
      {
        name: NAME,
        mode: 0o600,
        write(kernel, current, target, text, isOpenersImage) {
          // Also stops a descriptor that was inherited or passed: only the task itself arms.
          if (current !== target) return fail('EACCES');
          if (!isOpenersImage) return fail('EPERM');
          const want = parse(text);
          if (want === null) return fail('EINVAL');
          arm(kernel, current, want);
          return text.length;
        },
      },
    ],
  },
  rubric: {
    alternative: 'is one: a file of the task',
    extension: 'by words in its text',
    handle: 'a descriptor, with O_CLOEXEC',
    privilege: 'self at write; CAP_CHECKPOINT_RESTORE at use',
    compat: 'text: as is',
    absent: 'ENOENT; also without /proc',
    seen: 'a write, its text behind a pointer; then a plain call',
    nextCall: 'the question, asked in the call',
  },
};
