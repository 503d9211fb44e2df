// SPDX-License-Identifier: MIT
/**
 * procfs: write the value to next_syscall_data in the task's own directory; the next understanding
 * call takes it. N. Derbey, July 2008; the text format `LONG<n> X0 ... X<n-1>` is that of April
 * 2008, behind a word for the kind. Reached by /proc/thread-self, so that no caller needs its tid.
 */

import type { Directable } from '../core/kernel/directed.ts';
import {
  MAX_WANT_VALUES,
  WANT_NUMBERS,
  type Want,
  type WantKind,
} from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import { O_WRONLY } from '../core/kernel/flags.ts';
import { putText } from '../core/kernel/memory.ts';
import type { CallerHalf, Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { arm, nextSyscallData, takenByTheCall } from './fields/next-syscall-data.ts';

const PATH = '/proc/thread-self/next_syscall_data';

const format = ({ kind, values }: Want): string =>
  `${kind} LONG${values.length} ${values.join(' ')}`;

/** The value that a text stands for, or null. One line feed at the end is allowed, as echo adds. */
export function parse(text: string): Want | null {
  const match = /^([a-z_]+) LONG([1-9]\d{0,4})((?: \d{1,16})+)\n?$/.exec(text);
  const [, kind, count, rest] = match ?? [];
  if (kind === undefined || rest === undefined || !Object.hasOwn(WANT_NUMBERS, kind)) return null;
  const values = rest.trim().split(' ').map(Number);
  if (values.length !== Number(count) || values.length > MAX_WANT_VALUES) return null;
  return { kind: kind as WantKind, values };
}

const open = ({ memory }: Caller) => sys('open', putText(memory, PATH), PATH.length, O_WRONLY);

function writeTo(fd: number, { memory }: Caller, want: Want) {
  const text = format(want);
  return sys('write', fd, putText(memory, text), text.length);
}

const openWriteClose: CallerHalf = {
  *direct(me: Caller, want: Want, call: Directable): Program {
    const fd = yield open(me);
    if (fd < 0) return fd;
    const written = yield writeTo(fd, me, want);
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
};

/** A descriptor that each thread opens once and keeps. */
const keptDescriptor: CallerHalf = {
  *prepare(me: Caller): Program {
    return yield open(me);
  },
  *direct(me: Caller, want: Want, call: Directable, fd: number): Program {
    if (fd < 0) return fd;
    const written = yield writeTo(fd, me, want);
    return written < 0 ? written : yield call;
  },
};

export const procfs: Strategy = {
  name: 'procfs',
  order: 2,
  summary: 'write to /proc/self/task/<tid>/next_syscall_data; the next call takes it',
  kind: 'design',
  form: 'best form',
  caller: openWriteClose,
  variants: { kept: keptDescriptor },
  kernel: {
    taskFields: nextSyscallData,
    asked: takenByTheCall,
    procfs: [
      {
        name: 'next_syscall_data',
        mode: 0o600,
        write(kernel, current, target, text) {
          // Also stops a descriptor that was inherited or passed: only the task itself arms.
          if (current !== target) return fail('EACCES');
          const want = parse(text);
          if (want === null) return fail('EINVAL');
          arm(kernel, current, want);
          return text.length;
        },
      },
    ],
  },
};
