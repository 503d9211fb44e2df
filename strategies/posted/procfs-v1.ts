// SPDX-License-Identifier: MIT
/**
 * procfs as first posted: N. Derbey, "Object creation with a specified id", 4 April 2008. The file
 * is /proc/self/next_id, one for the process, where fields/next-id-field.ts is one for each task.
 *
 * Whose field a write reaches is in no text found. This is one reading: a file in /proc/<tgid>/ is
 * of the leader, so the leader's field it is, whichever thread wrote; a thread that is not the
 * leader arms another than itself. Who may write is not specified either: here the mode of the file
 * decides alone, as with fail-nth in mainline.
 */
import { fail } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { armNextId, nextIdField, SUPPORTED, takenByTheAllocator } from '../fields/next-id-field.ts';
import { only } from '../fields/only.ts';
import { keptDescriptor, openWriteClose } from '../fields/task-file.ts';
import { formatUntagged, parseUntagged } from '../fields/untagged-text.ts';

const PATH = '/proc/self/next_id';

export const procfsV1: Strategy = {
  name: 'procfs-v1',
  of: 'procfs',
  order: 21,
  summary: 'April 2008, first posting: write to /proc/self/next_id, one file for the process',
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
        where: 'process',
        mode: 0o644,
        write(kernel, _current, leader, text) {
          const values = parseUntagged(text);
          if (values === null) return fail('EINVAL');
          armNextId(kernel, leader, values);
          return text.length;
        },
      },
    ],
  },
};
