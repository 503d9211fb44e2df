// SPDX-License-Identifier: MIT
/**
 * A relative: what mainline has since 3.9 (03f595668017), a hint for the next id of a
 * type in /proc/sys/kernel/{msg,sem,shm}_next_id. The kernel half is empty, as every kernel has it;
 * the hint is one for the IPC namespace, whoever wrote it and whoever makes the next object. Where
 * its index is in use the next free one is taken, so a caller must compare what it got.
 *
 * It directs no pids (ns_last_pid, which does, is as shared) and restores no state.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { SEEK_SET } from '../../core/kernel/flags.ts';
import { putNumbers } from '../../core/kernel/memory.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { openDirectory, openFile, openIn, writeText } from '../fields/task-file.ts';

const TYPES = ['msg', 'sem', 'shm'] as const;
type Type = (typeof TYPES)[number];
/** No descriptor. */
const NONE = -1;

const isType = (kind: string): kind is Type => (TYPES as readonly string[]).includes(kind);

const DIRECTORY = '/proc/sys/kernel';
const nameOf = (type: Type) => `${type}_next_id`;

const open = (me: Caller, type: Type) => openFile(me, `${DIRECTORY}/${nameOf(type)}`);

const write = (me: Caller, fd: number, { values }: Want) => writeText(me, fd, values.join(' '));

const openWriteClose: CallerHalf = {
  twoPasses: true,
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
  twoPasses: true,
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

/** A descriptor of the directory, in which each type is opened each time. */
const keptDirectory: CallerHalf = {
  twoPasses: true,
  *prepare(me: Caller): Program {
    return yield openDirectory(me, DIRECTORY);
  },
  *direct(me: Caller, want: Want, call: Directable, dirfd: number): Program {
    if (!isType(want.kind)) return fail('ENOSYS');
    if (dirfd < 0) return dirfd;
    const fd = yield openIn(me, dirfd, nameOf(want.kind));
    if (fd < 0) return fd;
    const written = yield write(me, fd, want);
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
};

export const nextId: Strategy = {
  name: 'next_id',
  of: null,
  order: 203,
  summary: 'write to /proc/sys/kernel/msg_next_id and its like; whoever makes the next takes it',
  kind: 'relative',
  form: 'in mainline',
  directs: ['msg', 'sem', 'shm'],
  caller: openWriteClose,
  variants: { kept: keptDescriptors, openat: keptDirectory },
  kernel: {},
};
