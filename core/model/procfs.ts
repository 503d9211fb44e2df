// SPDX-License-Identifier: MIT
/**
 * What is where in /proc, by path walk and open: fs/namei.c, fs/open.c and fs/proc of Linux 6.1.
 * `self` and `thread-self` are the links they are there, so they cost their own components. Files of
 * tasks that a design adds are in /proc/<tgid>/task/<tid>/ or /proc/<tgid>/. Left out: everything but
 * regular files, descriptors reserved first,
 * O_CREAT and friends, other file systems (a path that leads nowhere here is ENOENT).
 */
import { allocate } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { O_CLOEXEC, O_RDONLY, O_RDWR, O_WRONLY } from '../kernel/flags.ts';
import type { ProcfsEntry } from '../kernel/strategy.ts';
import { COMM_OF_GROUP, COMM_OF_THREAD } from './comm.ts';
import { defaultLlseek, File, type FileOperations, MAY_READ, MAY_WRITE } from './file.ts';
import { NEXT_IDS } from './ipc-sysctl.ts';
import type { ModelKernel } from './kernel.ts';
import { PAGE_BYTES, PATH_MAX } from './limits.ts';
import { NAMESPACES } from './nsfs.ts';
import { findPidNs, pidNrNs } from './pid.ts';
import { NS_LAST_PID } from './pid-sysctl.ts';
import { genericPermission, type Task, tidPermission } from './task.ts';

interface Found {
  readonly operations: FileOperations;
  /** Null where a file is no task's. */
  readonly target: Task | null;
}

export type Directory = ReadonlyMap<string, FileOperations>;

/** /proc/sys/kernel/. */
const SYS_KERNEL: Directory = new Map([NS_LAST_PID, ...NEXT_IDS].map((file) => [file.name, file]));
/** tgid_base_stuff and tid_base_stuff. */
const NS = NAMESPACES.map((file) => [`ns/${file.name}`, file] as const);
const TGID_BASE: Directory = new Map([['comm', COMM_OF_GROUP], ...NS]);
const TID_BASE: Directory = new Map([['comm', COMM_OF_THREAD], ...NS]);

/** What is in /proc/<tgid>/task/<tid>/, with the files of a design. */
export const tidDirectory = (entries: readonly ProcfsEntry[]): Directory =>
  new Map([
    ...TID_BASE,
    ...entries
      .filter(({ where }) => where !== 'process')
      .map((entry) => [entry.name, entryFile(entry, tidPermission)] as const),
  ]);

/** The same for /proc/<tgid>/. */
export const tgidDirectory = (entries: readonly ProcfsEntry[]): Directory =>
  new Map([
    ...TGID_BASE,
    ...entries
      .filter(({ where }) => where === 'process')
      .map((entry) => [entry.name, entryFile(entry, genericPermission)] as const),
  ]);

/** A file of a design: values are written whole, wherever its position is. */
function entryFile(entry: ProcfsEntry, permission: typeof tidPermission): FileOperations {
  return {
    name: entry.name,
    holdsMm: true,
    permits: (current, target, access) =>
      target !== null && permission(current, target, entry.mode, access),
    admit(kernel, current, bytes) {
      if (bytes > PAGE_BYTES) return fail('EINVAL');
      return kernel.allocates(current, 'parse') ? bytes : fail('ENOMEM');
    },
    write(kernel, current, file, text) {
      const target = file.pid.v?.task.v ?? null;
      if (target === null) return fail('ESRCH');
      kernel.ledger.parsed += text.length;
      return entry.write(kernel, current, target, text, file.mm.v === current.mm);
    },
    llseek: defaultLlseek,
  };
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
  kernel.ledger.components += parts.length;
  if (first === 'sys') return parts.shift() === 'kernel' ? found(SYS_KERNEL, parts, null) : null;
  const leader = numbered(current, group);
  if (leader === null || leader.leader !== leader) return null;
  if (parts[0] !== 'task') return found(kernel.tgidDirectory, parts, leader);
  const [, thread, ...rest] = parts;
  const target = numbered(current, thread);
  if (target === null || target.leader !== leader) return null;
  return found(kernel.tidDirectory, rest, target);
}

/** The file that is left of a path, in its directory. */
function found(directory: Directory, rest: readonly string[], target: Task | null): Found | null {
  const operations = directory.get(rest.join('/'));
  return operations === undefined ? null : { operations, target };
}

function numbered(current: Task, text: string | undefined): Task | null {
  if (text === undefined || !/^[1-9]\d{0,6}$/.test(text)) return null;
  return findPidNs(Number(text), current.activePidNs)?.task.v ?? null;
}

const ACCESS: ReadonlyMap<number, number> = new Map([
  [O_RDONLY, MAY_READ],
  [O_WRONLY, MAY_WRITE],
  [O_RDWR, MAY_READ | MAY_WRITE],
]);

export function* open(
  kernel: ModelKernel,
  current: Task,
  address: number,
  bytes: number,
  flags: number,
): Steps<number> {
  const access = ACCESS.get(flags & ~O_CLOEXEC);
  if (access === undefined) return fail('EINVAL');
  if (bytes > PATH_MAX) return fail('EINVAL');
  const path = kernel.strncpyFromUser(current, address, bytes, 'walk');
  if (path === null) return fail('EFAULT');
  yield PREEMPT;
  kernel.count('locks', 'walk');
  // path_openat(): there is a File before there is anything to open.
  if (!kernel.allocates(current, 'walk')) return fail('ENOMEM');
  const found = walk(kernel, current, path);
  if (found === null) return fail('ENOENT');
  const { operations, target } = found;
  if (!operations.permits(current, target, access)) return fail('EACCES');
  const data = operations.of?.(current, target);
  if (data === null) return fail('ENOENT');
  // S_IMMUTABLE
  if (operations.nsType !== undefined && (access & MAY_WRITE) !== 0) return fail('EPERM');
  const file = allocate(() => new File());
  file.operations.v = operations;
  file.access.v = access;
  // A namespace is the same file, whoever's directory led to it.
  file.pid.v = operations.nsType === undefined ? (target?.thePid ?? null) : null;
  file.data.v = data ?? null;
  if (operations.holdsMm === true) file.mm.v = current.mm;
  yield PREEMPT;
  kernel.count('locks', 'walk');
  kernel.ledger.fdOps++;
  return current.files.install(file, (flags & O_CLOEXEC) !== 0) ?? fail('EMFILE');
}
