// SPDX-License-Identifier: MIT
/**
 * File descriptor tables and open files: alloc_fd(), close_fd(), dup_fd(), vfs_write() of Linux
 * 6.1, for procfs files only. A File is shared by whoever inherited it; position is not modelled.
 */
import { allocate, type Cell, CellMap, Struct } from '../explore/cell.ts';
import type { ProcfsEntry } from '../kernel/strategy.ts';
import { NR_OPEN } from './limits.ts';
import type { Task } from './task.ts';

export class File extends Struct {
  /** Index into the kernel's procfs entries. */
  readonly entry: Cell<ProcfsEntry | null> = this.cell('entry', null);
  readonly target: Cell<Task | null> = this.cell('target', null);
  readonly writable = this.cell('writable', false);
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
