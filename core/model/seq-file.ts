// SPDX-License-Identifier: MIT
/**
 * Files whose text is made as a whole when a read begins, and handed out from a buffer until it is
 * at its end: seq_read_iter(), seq_lseek(), single_open() of fs/seq_file.c, Linux 6.1.
 */
import { fail } from '../kernel/errno.ts';
import { SEEK_CUR, SEEK_SET } from '../kernel/flags.ts';
import type { File, FileOperations } from './file.ts';
import type { ModelKernel } from './kernel.ts';
import type { Task } from './task.ts';

/** @param show the text now, or -errno */
export function seqFile(
  show: (file: File) => string | number,
): Required<Pick<FileOperations, 'read' | 'llseek'>> {
  /** traverse(): 0 or -errno. The buffer is allocated once. */
  const fill = (kernel: ModelKernel, current: Task, file: File): number => {
    if (file.buffer.v === null && !kernel.allocates(current)) return fail('ENOMEM');
    const text = show(file);
    if (typeof text === 'number') return text;
    file.buffer.v = text;
    return 0;
  };
  return {
    read(kernel, current, file, bytes) {
      if (bytes === 0) return '';
      const at = file.position.v;
      if (at === 0) {
        const error = fill(kernel, current, file);
        if (error !== 0) return error;
      }
      return (file.buffer.v ?? '').slice(at, at + bytes);
    },
    llseek(kernel, current, file, offset, whence) {
      if (whence !== SEEK_SET && whence !== SEEK_CUR) return fail('EINVAL');
      const from = file.position.v;
      const at = whence === SEEK_CUR ? from + offset : offset;
      if (at < 0) return fail('EINVAL');
      // Where it is already, what is in the buffer stays.
      const error = at === from || at === 0 ? 0 : fill(kernel, current, file);
      file.position.v = error === 0 ? at : 0;
      return error === 0 ? at : error;
    },
  };
}
