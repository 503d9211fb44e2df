// SPDX-License-Identifier: MIT
/**
 * The files of /proc/<tgid>/task/<tid>/ that a design adds, by path walk, open, write and close:
 * fs/namei.c and fs/proc/base.c of Linux 6.1. `self` and `thread-self` are the links they are
 * there, so they cost their own components. Left out: reading, lseek, O_CREAT and friends, other
 * file systems (a path that leads nowhere here is ENOENT).
 */
import { allocate, note } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { CAP_SYS_ADMIN, O_RDONLY, O_WRONLY } from '../kernel/flags.ts';
import type { ProcfsEntry } from '../kernel/strategy.ts';
import { File } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import { PAGE_BYTES, PATH_MAX } from './limits.ts';
import { findPidNs, pidNrNs } from './pid.ts';
import { capable, type Task } from './task.ts';

interface Found {
  readonly entry: ProcfsEntry;
  readonly target: Task;
}

/** Resolves a path, link by link; one component of the ledger each. */
function walk(kernel: ModelKernel, current: Task, path: string): Found | null {
  const parts = path.split('/').filter((part) => part !== '');
  const ns = current.activePidNs;
  const tgid = String(pidNrNs(current.leader.pid.v, ns));
  const tid = String(pidNrNs(current.pid.v, ns));
  kernel.ledger.components++;
  if (!path.startsWith('/') || parts.shift() !== 'proc') return null;
  const first = parts.shift();
  kernel.ledger.components++;
  let group = first;
  if (first === 'self') {
    kernel.ledger.components++;
    group = tgid;
  } else if (first === 'thread-self') {
    kernel.ledger.components++;
    group = tgid;
    parts.unshift('task', tid);
  }
  const [task, thread, name, ...rest] = parts;
  kernel.ledger.components += parts.length;
  const leader = numbered(current, group);
  const target = numbered(current, thread);
  if (task !== 'task' || leader === null || target === null || rest.length > 0) return null;
  if (target.leader !== leader) return null;
  const entry = kernel.procfs.find((candidate) => candidate.name === name);
  return entry === undefined ? null : { entry, target };
}

function numbered(current: Task, text: string | undefined): Task | null {
  if (text === undefined || !/^[1-9]\d{0,6}$/.test(text)) return null;
  return findPidNs(Number(text), current.activePidNs)?.task.v ?? null;
}

export function* open(
  kernel: ModelKernel,
  current: Task,
  address: number,
  bytes: number,
  flags: number,
): Steps<number> {
  if (flags !== O_RDONLY && flags !== O_WRONLY) return fail('EINVAL');
  if (bytes > PATH_MAX) return fail('EINVAL');
  const path = kernel.strncpyFromUser(current, address, bytes);
  if (path === null) return fail('EFAULT');
  yield PREEMPT;
  kernel.ledger.locks++;
  const found = walk(kernel, current, path);
  if (found === null) return fail('ENOENT');
  const { entry, target } = found;
  const writable = flags === O_WRONLY;
  if (!permitted(current, target, entry.mode, writable)) return fail('EACCES');
  kernel.ledger.allocations++;
  const file = allocate(() => new File());
  file.entry.v = entry;
  file.target.v = target;
  file.writable.v = writable;
  yield PREEMPT;
  kernel.ledger.locks++;
  kernel.ledger.fdOps++;
  return current.files.install(file) ?? fail('EMFILE');
}

/** generic_permission() on an inode that belongs to the target task's user. */
function permitted(current: Task, target: Task, mode: number, writable: boolean): boolean {
  const bit = writable ? 2 : 4;
  const owner = current.cred.v.euid === target.cred.v.euid;
  const granted = owner ? mode >> 6 : mode;
  return (granted & bit) !== 0 || capable(current, CAP_SYS_ADMIN);
}

export function* write(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  address: number,
  bytes: number,
): Steps<number> {
  kernel.ledger.fdOps++;
  const file = current.files.get(fd);
  if (file === null || !file.writable.v) return fail('EBADF');
  if (bytes < 0 || bytes > PAGE_BYTES) return fail('EINVAL');
  yield PREEMPT;
  kernel.ledger.allocations++;
  const text = kernel.strncpyFromUser(current, address, bytes);
  if (text === null) return fail('EFAULT');
  yield PREEMPT;
  const { entry, target } = { entry: file.entry.v, target: file.target.v };
  if (entry === null || target === null || target.exitState.v === 'dead') return fail('ESRCH');
  kernel.ledger.parsed += text.length;
  note(`write "${text}"`);
  return entry.write(kernel, current, target, text);
}

export function close(kernel: ModelKernel, current: Task, fd: number): number {
  kernel.ledger.locks++;
  kernel.ledger.fdOps++;
  return current.files.close(fd) ? 0 : fail('EBADF');
}
