// SPDX-License-Identifier: MIT
/**
 * A relative: what mainline has for pids since 3.3 (b8f566b04d3c). /proc/sys/kernel/ns_last_pid is
 * where the search for the next pid begins: write n - 1, fork, and hope for n. The kernel half is
 * empty, as every kernel has it; the hint is one for the pid namespace, whoever wrote it and whoever
 * forks next, and so is the number that is in use: then the next free one does. A caller must
 * compare what it got.
 *
 * It directs the caller's own level and no other: not the outer ones, and not a new namespace's.
 */
import type { Directable, Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { CLONE_NEWPID, SEEK_SET } from '../../core/kernel/flags.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { openFile, writeText } from '../fields/task-file.ts';

export const NS_LAST_PID = '/proc/sys/kernel/ns_last_pid';

/** What has to be written in front of the call, or -errno. */
export function hintFor(
  { kind, values: [pid, ...outer] }: Want,
  call: Directable,
): string | number {
  if (kind !== 'pid') return fail('ENOSYS');
  const makesNamespace = call.name === 'clone' && (call.args[0] & CLONE_NEWPID) !== 0;
  if (pid === undefined || outer.length > 0 || makesNamespace) return fail('EINVAL');
  return String(pid - 1);
}

const openWriteClose: CallerHalf = {
  twoPasses: true,
  *direct(me: Caller, want: Want, call: Directable): Program {
    const hint = hintFor(want, call);
    if (typeof hint === 'number') return hint;
    const fd = yield openFile(me, NS_LAST_PID);
    if (fd < 0) return fd;
    const written = yield writeText(me, fd, hint);
    yield sys('close', fd);
    return written < 0 ? written : yield call;
  },
};

const keptDescriptor: CallerHalf = {
  twoPasses: true,
  *prepare(me: Caller): Program {
    return yield openFile(me, NS_LAST_PID);
  },
  *direct(me: Caller, want: Want, call: Directable, fd: number): Program {
    const hint = hintFor(want, call);
    if (typeof hint === 'number') return hint;
    if (fd < 0) return fd;
    // Only what is written at the beginning counts.
    yield sys('lseek', fd, 0, SEEK_SET);
    const written = yield writeText(me, fd, hint);
    return written < 0 ? written : yield call;
  },
};

export const nsLastPid: Strategy = {
  name: 'ns_last_pid',
  of: null,
  order: 201,
  summary: 'write to /proc/sys/kernel/ns_last_pid; whoever forks next goes on from there',
  kind: 'relative',
  form: 'in mainline',
  directs: ['pid'],
  caller: openWriteClose,
  variants: { kept: keptDescriptor },
  kernel: {},
};
