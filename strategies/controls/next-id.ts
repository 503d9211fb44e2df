// SPDX-License-Identifier: MIT
/**
 * Control, expected to fail: what mainline has since 3.9 (03f595668017), a hint for the next id of a
 * type in /proc/sys/kernel/{msg,sem,shm}_next_id. The kernel half is empty, as every kernel has it;
 * the hint is one for the IPC namespace, whoever wrote it and whoever makes the next object. Where
 * its index is in use the next free one is taken, so a caller must compare what it got.
 *
 * It directs no pids (ns_last_pid, which does, is as shared) and restores no state.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { O_WRONLY, SEEK_SET } from '../../core/kernel/flags.ts';
import { putNumbers, putText } from '../../core/kernel/memory.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';

const TYPES = ['msg', 'sem', 'shm'] as const;
type Type = (typeof TYPES)[number];
/** No descriptor. */
const NONE = -1;

const isType = (kind: string): kind is Type => (TYPES as readonly string[]).includes(kind);

function open({ memory }: Caller, type: Type) {
  const path = `/proc/sys/kernel/${type}_next_id`;
  return sys('open', putText(memory, path), path.length, O_WRONLY);
}

function write({ memory }: Caller, fd: number, { values }: Want) {
  const text = values.join(' ');
  return sys('write', fd, putText(memory, text), text.length);
}

const openWriteClose: CallerHalf = {
  *direct(me: Caller, want: Want, call: Directable): Program {
    if (!isType(want.kind)) return fail('ENOSYS');
    const fd = yield open(me, want.kind);
    if (fd < 0) return fd;
    const written = yield write(me, fd, want);
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
};

/** A descriptor of each type, opened when it is first used. */
const keptDescriptors: CallerHalf = {
  *prepare({ memory }: Caller): Program {
    return putNumbers(memory, 4, [NONE, NONE, NONE]);
  },
  *direct(me: Caller, want: Want, call: Directable, descriptors: number): Program {
    if (!isType(want.kind)) return fail('ENOSYS');
    const kept = descriptors + 4 * TYPES.indexOf(want.kind);
    let fd = Number(me.memory.load(kept));
    if (fd === NONE) {
      fd = yield open(me, want.kind);
      if (fd < 0) return fd;
      me.memory.store(kept, fd);
    } else {
      // Only what is written at the beginning counts.
      yield sys('lseek', fd, 0, SEEK_SET);
    }
    const written = yield write(me, fd, want);
    return written < 0 ? written : yield call;
  },
};

export const nextId: Strategy = {
  name: 'next_id',
  order: 102,
  summary: 'write to /proc/sys/kernel/msg_next_id and its like; whoever makes the next takes it',
  kind: 'control',
  form: 'as posted',
  caller: openWriteClose,
  variants: { kept: keptDescriptors },
  kernel: {},
};
