// SPDX-License-Identifier: MIT
/**
 * procfs as posted again: N. Derbey, 18 April 2008. The file is /proc/self/task/<my_tid>/next_id,
 * "to avoid races between several threads belonging to the same process"; its field and text are
 * those of the first posting (fields/next-id-field.ts, fields/untagged-text.ts).
 *
 * Who may write is not specified, though <my_tid> suggests the task itself. The lenient reading is
 * that of fail-nth in mainline: the mode of the file decides alone, and whoever has a descriptor of
 * it may arm the task. procfs, the best form, is the strict one. A caller here finds its file by
 * /proc/thread-self, a link that came in 2014, and so needs no gettid; the path is as long.
 */
import { fail } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { armNextId, nextIdField, SUPPORTED, takenByTheAllocator } from '../fields/next-id-field.ts';
import { only } from '../fields/only.ts';
import { keptDescriptor, openWriteClose } from '../fields/task-file.ts';
import { formatUntagged, parseUntagged } from '../fields/untagged-text.ts';

const PATH = '/proc/thread-self/next_id';

export const procfsV2: Strategy = {
  name: 'procfs-v2',
  of: 'procfs',
  order: 22,
  summary: 'April 2008, second posting: write to /proc/self/task/<tid>/next_id',
  kind: 'design',
  form: 'as posted',
  directs: SUPPORTED,
  caller: only(SUPPORTED, openWriteClose(PATH, formatUntagged)),
  variants: { kept: only(SUPPORTED, keptDescriptor(PATH, formatUntagged)) },
  kernel: {
    taskFields: nextIdField,
    asked: takenByTheAllocator,
    procfs: [
      {
        name: 'next_id',
        mode: 0o644,
        write(kernel, _current, target, text) {
          const values = parseUntagged(text);
          if (values === null) return fail('EINVAL');
          armNextId(kernel, target, values);
          return text.length;
        },
      },
    ],
  },
};
