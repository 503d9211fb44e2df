// SPDX-License-Identifier: MIT
/**
 * What is where in /proc: fs/proc of Linux 6.1. `self` and `thread-self` are the links they are there.
 * Files of tasks that a design adds are in /proc/<tgid>/task/<tid>/ or /proc/<tgid>/. A directory of a
 * task that is gone is ESRCH where proc_pid_permission() asks for the task, else empty. Left out: what
 * is not named here, other file systems (a path that leads nowhere here is ENOENT).
 */
import { fail } from '../kernel/errno.ts';
import type { ProcfsEntry } from '../kernel/strategy.ts';
import { COMM_OF_GROUP, COMM_OF_THREAD } from './comm.ts';
import { DIRECTORY, defaultLlseek, type FileOperations, type Found } from './file.ts';
import { NEXT_IDS } from './ipc-sysctl.ts';
import { PAGE_BYTES } from './limits.ts';
import { NAMESPACES } from './nsfs.ts';
import { findPidNs, pidNrNs } from './pid.ts';
import { NS_LAST_PID } from './pid-sysctl.ts';
import { ptraceMayAccess } from './ptrace.ts';
import { genericPermission, type Task, tidPermission } from './task.ts';

export type Directory = ReadonlyMap<string, FileOperations>;

const directory = (
  name: string,
  lookup: Required<FileOperations>['lookup'],
  permits: FileOperations['permits'] = () => true,
): FileOperations => ({ ...DIRECTORY, name, lookup, permits });

/** What is in a directory of `target`, if it is of a task. */
function entryOf(entries: Directory, target: Task | null, name: string): Found | number {
  const operations = entries.get(name);
  return operations === undefined ? fail('ENOENT') : { operations, target };
}

const byName = (files: readonly FileOperations[]): Directory =>
  new Map(files.map((file) => [file.name, file]));

const SYS_KERNEL_FILES = byName([NS_LAST_PID, ...NEXT_IDS]);
const SYS_FILES = byName([directory('kernel', (name) => entryOf(SYS_KERNEL_FILES, null, name))]);
const SYS = directory('sys', (name) => entryOf(SYS_FILES, null, name));

const NS_FILES = byName(NAMESPACES);
const NS_MODE = 0o511;

/** proc_ns_dir_lookup(), and proc_ns_get_link(): what is there are links that only some may follow. */
const NS = directory(
  'ns',
  (name, current, target) => {
    const operations = NS_FILES.get(name);
    if (target === null || operations === undefined) return fail('ENOENT');
    if (!ptraceMayAccess(current, target, 'file system')) return fail('EACCES');
    return operations.of?.(current, target) === null ? fail('ENOENT') : { operations, target };
  },
  (current, target, access) =>
    target !== null && genericPermission(current, target, NS_MODE, access),
);

/** proc_tid_base_lookup() */
const TID = directory('tid', (name, _current, target, kernel) =>
  target === null ? fail('ENOENT') : entryOf(kernel.tidDirectory, target, name),
);

/** proc_task_lookup() */
const TASK = directory('task', (name, current, leader) => {
  if (leader === null) return fail('ESRCH');
  const target = numbered(current, name);
  return target?.leader === leader ? { operations: TID, target } : fail('ENOENT');
});

/** proc_tgid_base_lookup() */
const TGID = directory('tgid', (name, _current, target, kernel) =>
  target === null ? fail('ESRCH') : entryOf(kernel.tgidDirectory, target, name),
);

/** proc_root_lookup(), proc_self_get_link(), proc_thread_self_get_link() */
const PROC = directory('proc', (name, current) => {
  if (name === 'sys') return { operations: SYS, target: null };
  const ns = current.activePidNs;
  const tgid = pidNrNs(current.leader.pid.v, ns);
  if (name === 'self') return `${tgid}`;
  if (name === 'thread-self') return `${tgid}/task/${pidNrNs(current.pid.v, ns)}`;
  const target = numbered(current, name);
  if (target === null || target.leader !== target) return fail('ENOENT');
  return { operations: TGID, target };
});

/** Where absolute paths begin. */
export const ROOT: Found = {
  operations: directory('root', (name) =>
    name === 'proc' ? { operations: PROC, target: null } : fail('ENOENT'),
  ),
  target: null,
};

/** Where relative paths begin without a descriptor. */
export const NOWHERE: Found = {
  operations: directory('nowhere', () => fail('ENOENT')),
  target: null,
};

function numbered(current: Task, text: string): Task | null {
  if (!/^[1-9]\d{0,6}$/.test(text)) return null;
  return findPidNs(Number(text), current.activePidNs)?.task.v ?? null;
}

/** What is in /proc/<tgid>/task/<tid>/, tid_base_stuff, with the files of a design. */
export const tidDirectory = (entries: readonly ProcfsEntry[]): Directory =>
  new Map([
    ['comm', COMM_OF_THREAD],
    ['ns', NS],
    ...entries
      .filter(({ where }) => where !== 'process')
      .map((entry) => [entry.name, entryFile(entry, tidPermission)] as const),
  ]);

/** The same for /proc/<tgid>/, tgid_base_stuff. */
export const tgidDirectory = (entries: readonly ProcfsEntry[]): Directory =>
  new Map([
    ['comm', COMM_OF_GROUP],
    ['ns', NS],
    ['task', TASK],
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
