// SPDX-License-Identifier: MIT
/**
 * File descriptor tables, open files and what is done with them: alloc_fd(), close_fd(), dup_fd(),
 * vfs_read(), vfs_write(), vfs_llseek() of Linux 6.1, for files of procfs only. A File, and with it
 * the position and the lock, is shared by whoever inherited it or was passed it, and is let go with the
 * last descriptor. Left out: f_pos_lock, so two threads that read one File at the same time may both
 * get its beginning.
 */
import { allocate, type Cell, CellMap, note, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { SEEK_CUR, SEEK_END, SEEK_SET } from '../kernel/flags.ts';
import type { IpcNamespace } from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { MAX_BYTES, NR_OPEN } from './limits.ts';
import type { Mm } from './mm.ts';
import type { Pid, PidNamespace } from './pid.ts';
import type { Task } from './task.ts';

export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** SEEK_HOLE */
const SEEK_MAX = 4;

/** Where a path leads. */
export interface Found {
  readonly operations: FileOperations;
  /** Whose it is; null where it is no task's, or that of one who is gone. */
  readonly target: Task | null;
}

/** struct file_operations, and who may open. A constant: whose file it is, the File says. */
export interface FileOperations {
  readonly name: string;
  /** Of a namespace: the CLONE_NEW* that setns(2) knows it by. */
  readonly nsType?: number;
  /** inode_permission(): may the caller open it for `access`, of MAY_READ and MAY_WRITE? */
  permits(current: Task, target: Task | null, access: number): boolean;
  /** What is there by a name, a link as its text, or -errno. Absent: it is no directory. */
  lookup?(
    name: string,
    current: Task,
    target: Task | null,
    kernel: ModelKernel,
  ): Found | string | number;
  /** What it is a file of, besides a task; null if that is not there. Absent: of nothing. */
  of?(current: Task, target: Task | null): IpcNamespace | PidNamespace | null;
  /** Does it hold on to the memory of whoever opened it, as proc_pid_attr_open()? */
  readonly holdsMm?: true;
  /** The text at the file's position, at most so many bytes, or -errno. Absent: not to be read. */
  read?(kernel: ModelKernel, current: Task, file: File, bytes: number): string | number;
  /** Is a read that meets a fault half-way a fault, or what was copied until then? */
  readonly isReadWhole?: boolean;
  /** How many bytes of a write of so many are copied in, or -errno. Absent: not to be written. */
  admit?(kernel: ModelKernel, current: Task, bytes: number): number;
  /** Bytes written, of so many that begin with `text`, or -errno. */
  write?(kernel: ModelKernel, current: Task, file: File, text: string, bytes: number): number;
  /** The position that it is now at, or -errno. */
  llseek(kernel: ModelKernel, current: Task, file: File, offset: number, whence: number): number;
}

export class File extends Struct {
  readonly operations: Cell<FileOperations | null> = this.cell('f_op', null);
  readonly access = this.cell('f_mode', 0);
  readonly position = this.cell('f_pos', 0);
  /** Descriptors that stand for it, of all tables. */
  readonly count = this.cell('f_count', 0);
  /** Whose directory it was found in: proc_pid(). By exec another task may come to have the number. */
  readonly pid: Cell<Pid | null> = this.cell('pid', null);
  /** What it is a file of, besides: private_data. Files of the same operations, pid and data are one. */
  readonly data: Cell<IpcNamespace | PidNamespace | Pid | null> = this.cell('private_data', null);
  /** The memory that it was opened from, if that is held on to. */
  readonly mm: Cell<Mm | null> = this.cell('mm', null);
  /** The lock that flock(2) has put on it. */
  readonly lock: Cell<'shared' | 'exclusive' | null> = this.cell('lock', null);
  /** What a seq_file has in its buffer. */
  readonly buffer: Cell<string | null> = this.cell('buffer', null);
}

/** fput() */
export function put(file: File): void {
  file.count.v -= 1;
  if (file.count.v === 0) file.lock.v = null;
}

export class Files extends Struct {
  private readonly fds = new CellMap<number, File>(this, 'fd');
  /** The open_fds bitmap, as a sorted list. */
  private readonly open: Cell<readonly number[]> = this.cell('open_fds', []);
  /** Descriptors that exec closes, sorted. */
  readonly closeOnExec: Cell<readonly number[]> = this.cell('close_on_exec', []);
  /** Tasks that use it. */
  readonly users = this.cell('count', 0);

  get(fd: number): File | null {
    return this.fds.get(fd) ?? null;
  }

  /** The lowest free descriptor, now `file`'s, or null if there is none. */
  install(file: File, closesOnExec = false): number | null {
    const open = this.open.v;
    let fd = 0;
    while (open[fd] === fd) fd++;
    if (fd >= NR_OPEN) return null;
    this.open.v = [...open.slice(0, fd), fd, ...open.slice(fd)];
    this.fds.set(fd, file);
    file.count.v += 1;
    if (closesOnExec) this.closeOnExec.v = [...this.closeOnExec.v, fd];
    return fd;
  }

  /** do_dup2(): a certain descriptor, now `file`'s, whoever's it was. */
  replace(fd: number, file: File): void {
    file.count.v += 1;
    this.close(fd);
    this.open.v = [...this.open.v, fd].sort((a, b) => a - b);
    this.fds.set(fd, file);
  }

  close(fd: number): boolean {
    const file = this.fds.get(fd);
    if (file === undefined) return false;
    this.open.v = this.open.v.filter((other) => other !== fd);
    if (this.closeOnExec.v.includes(fd)) {
      this.closeOnExec.v = this.closeOnExec.v.filter((other) => other !== fd);
    }
    this.fds.delete(fd);
    put(file);
    return true;
  }

  /** put_files_struct(): one task less; the last one closes everything. */
  release(): void {
    this.users.v -= 1;
    if (this.users.v === 0) for (const fd of this.open.v) this.close(fd);
  }

  duplicate(): Files {
    const copy = allocate(() => new Files());
    copy.users.v = 1;
    copy.open.v = this.open.v;
    copy.closeOnExec.v = this.closeOnExec.v;
    for (const fd of this.open.v) {
      const file = this.fds.get(fd);
      copy.fds.at(fd).v = file;
      if (file !== undefined) file.count.v += 1;
    }
    return copy;
  }
}

/** An open file and its operations, or null where the descriptor is not open for `access`. */
export function fdget(kernel: ModelKernel, current: Task, fd: number, access: number) {
  kernel.ledger.fdOps++;
  const file = current.files.get(fd);
  const operations = file?.operations.v;
  if (file === null || !operations || (file.access.v & access) !== access) return null;
  return { file, operations };
}

export function* read(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  address: number,
  bytes: number,
): Steps<number> {
  const opened = fdget(kernel, current, fd, MAY_READ);
  if (opened === null) return fail('EBADF');
  const { file, operations } = opened;
  if (operations.read === undefined) return fail('EINVAL');
  // access_ok(): so many bytes would go round the end of the address space.
  if (bytes < 0) return fail('EFAULT');
  yield PREEMPT;
  const text = operations.read(kernel, current, file, bytes);
  if (typeof text === 'number') return text;
  yield PREEMPT;
  if (text === '') return 0;
  const copied = kernel.textToUser(current, address, text);
  if (copied === 0 || (copied < text.length && operations.isReadWhole)) return fail('EFAULT');
  file.position.v += copied;
  return copied;
}

export function* write(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  address: number,
  bytes: number,
): Steps<number> {
  const opened = fdget(kernel, current, fd, MAY_WRITE);
  if (opened === null) return fail('EBADF');
  const { file, operations } = opened;
  if (operations.admit === undefined || operations.write === undefined) return fail('EINVAL');
  if (bytes < 0) return fail('EFAULT');
  const admitted = operations.admit(kernel, current, bytes);
  if (admitted < 0) return admitted;
  yield PREEMPT;
  const text = kernel.bytesFromUser(current, address, admitted);
  if (text === null) return fail('EFAULT');
  yield PREEMPT;
  note(`write ${JSON.stringify(text)}`);
  return operations.write(kernel, current, file, text, bytes);
}

/** ksys_lseek(): what is no whence is asked for before what is no position. */
export function lseek(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  offset: number,
  whence: number,
): number {
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  if (whence < 0 || whence > SEEK_MAX) return fail('EINVAL');
  return opened.operations.llseek(kernel, current, opened.file, offset, whence);
}

/**
 * default_llseek(), and generic_file_llseek(), which has a limit. Left out: SEEK_DATA and SEEK_HOLE,
 * which no file here has.
 */
const llseekTo =
  (most: number): FileOperations['llseek'] =>
  (_kernel, _current, { position }, offset, whence) => {
    if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) return fail('EINVAL');
    // The size of an inode of procfs is 0.
    const at = whence === SEEK_CUR ? position.v + offset : offset;
    if (at < 0 || at > most) return fail('EINVAL');
    position.v = at;
    return at;
  };

export const defaultLlseek = llseekTo(Number.MAX_SAFE_INTEGER);

/** What is the same for all directories: there is nothing to be read(2) in one. */
export const DIRECTORY = {
  read: () => fail('EISDIR'),
  llseek: llseekTo(MAX_BYTES),
};

export function close(kernel: ModelKernel, current: Task, fd: number): number {
  kernel.count('locks', 'walk');
  kernel.ledger.fdOps++;
  return current.files.close(fd) ? 0 : fail('EBADF');
}

export function dup(kernel: ModelKernel, current: Task, fd: number): number {
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  kernel.ledger.locks++;
  kernel.ledger.fdOps++;
  return current.files.install(opened.file) ?? fail('EMFILE');
}

/** ksys_dup3(): the new descriptor is closed if it was open, and nobody is told what that said. */
export function dup2(kernel: ModelKernel, current: Task, fd: number, to: number): number {
  const { files } = current;
  if (to !== fd && (to < 0 || to >= NR_OPEN)) return fail('EBADF');
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  if (to === fd) return fd;
  kernel.ledger.locks++;
  kernel.ledger.fdOps++;
  files.replace(to, opened.file);
  return to;
}
