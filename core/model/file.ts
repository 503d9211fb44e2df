// SPDX-License-Identifier: MIT
/**
 * File descriptor tables, open files and what is done with them: alloc_fd(), close_fd(), dup_fd(),
 * vfs_read(), vfs_write(), vfs_llseek() of Linux 6.1, for files of procfs only. A File, and with it
 * the position, is shared by whoever inherited it. Left out: f_pos_lock, so two threads that read
 * one File at the same time may both get its beginning.
 */
import { allocate, type Cell, CellMap, note, Struct } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { SEEK_CUR, SEEK_END, SEEK_SET } from '../kernel/flags.ts';
import type { IpcNamespace } from './ipc.ts';
import type { ModelKernel } from './kernel.ts';
import { NR_OPEN } from './limits.ts';
import type { Task } from './task.ts';

export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** struct file_operations, and who may open. A constant: whose file it is, the File says. */
export interface FileOperations {
  readonly name: string;
  /** inode_permission(): may the caller open it for `access`, of MAY_READ and MAY_WRITE? */
  permits(current: Task, target: Task | null, access: number): boolean;
  /** The text at the file's position, at most so many bytes, or -errno. Absent: not to be read. */
  read?(kernel: ModelKernel, current: Task, file: File, bytes: number): string | number;
  /** How many bytes of a write of so many are copied in, or -errno. */
  admit(kernel: ModelKernel, current: Task, bytes: number): number;
  /** Bytes written, of so many that begin with `text`, or -errno. */
  write(kernel: ModelKernel, current: Task, file: File, text: string, bytes: number): number;
  /** The position that it is now at, or -errno. */
  llseek(file: File, offset: number, whence: number): number;
}

export class File extends Struct {
  readonly operations: Cell<FileOperations | null> = this.cell('f_op', null);
  readonly access = this.cell('f_mode', 0);
  readonly position = this.cell('f_pos', 0);
  /** The task whose directory it was found in. */
  readonly target: Cell<Task | null> = this.cell('target', null);
  /** Of the task that opened it. */
  readonly ipcNs: Cell<IpcNamespace | null> = this.cell('ipc_ns', null);
  /** What a seq_file has in its buffer. */
  readonly buffer: Cell<string | null> = this.cell('buffer', null);
}

export class Files extends Struct {
  private readonly fds = new CellMap<number, File>(this, 'fd');
  /** The open_fds bitmap, as a sorted list. */
  private readonly open: Cell<readonly number[]> = this.cell('open_fds', []);

  get(fd: number): File | null {
    return this.fds.get(fd) ?? null;
  }

  /** The lowest free descriptor, now `file`'s, or null if there is none. */
  install(file: File): number | null {
    const open = this.open.v;
    let fd = 0;
    while (open[fd] === fd) fd++;
    if (fd >= NR_OPEN) return null;
    this.open.v = [...open.slice(0, fd), fd, ...open.slice(fd)];
    this.fds.set(fd, file);
    return fd;
  }

  close(fd: number): boolean {
    if (this.fds.get(fd) === undefined) return false;
    this.open.v = this.open.v.filter((other) => other !== fd);
    this.fds.delete(fd);
    return true;
  }

  duplicate(): Files {
    const copy = allocate(() => new Files());
    copy.open.v = this.open.v;
    for (const fd of this.open.v) copy.fds.at(fd).v = this.fds.get(fd);
    return copy;
  }
}

/** An open file and its operations, or null where the descriptor is not open for `access`. */
function fdget(kernel: ModelKernel, current: Task, fd: number, access: number) {
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
  if (text !== '' && !kernel.textToUser(current, address, text)) return fail('EFAULT');
  file.position.v += text.length;
  return text.length;
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
  if (bytes < 0) return fail('EFAULT');
  const admitted = operations.admit(kernel, current, bytes);
  if (admitted < 0) return admitted;
  yield PREEMPT;
  const text = kernel.bytesFromUser(current, address, admitted);
  if (text === null) return fail('EFAULT');
  yield PREEMPT;
  note(`write "${text}"`);
  return operations.write(kernel, current, file, text, bytes);
}

export function lseek(
  kernel: ModelKernel,
  current: Task,
  fd: number,
  offset: number,
  whence: number,
): number {
  const opened = fdget(kernel, current, fd, 0);
  if (opened === null) return fail('EBADF');
  return opened.operations.llseek(opened.file, offset, whence);
}

/** default_llseek(). Left out: SEEK_DATA and SEEK_HOLE, which no file here has. */
export function defaultLlseek({ position }: File, offset: number, whence: number): number {
  if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) return fail('EINVAL');
  // The size of an inode of procfs is 0.
  const at = whence === SEEK_CUR ? position.v + offset : offset;
  if (at < 0) return fail('EINVAL');
  position.v = at;
  return at;
}

export function close(kernel: ModelKernel, current: Task, fd: number): number {
  kernel.ledger.locks++;
  kernel.ledger.fdOps++;
  return current.files.close(fd) ? 0 : fail('EBADF');
}
