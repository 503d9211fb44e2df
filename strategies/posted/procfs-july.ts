// SPDX-License-Identifier: MIT
/**
 * procfs as posted in July: N. Derbey, 4 July 2008, the message that the thread answers. The file is
 * /proc/self/task/<my_tid>/next_syscall_data, and its value is for the "next syscall to be called",
 * any (fields/next-call-data.ts). So a caller must not close the file in between, as it would by
 * habit: that is the variant that closes first, and loses the value.
 *
 * Not in what was found: the text of the patches, and with it the format (that of April here) and
 * who may write (the mode of the file alone here, as with fail-nth in mainline).
 */
import { fail } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { armNextCall, NAMED_IN_JULY, takenByTheNextCall } from '../fields/next-call-data.ts';
import { only } from '../fields/only.ts';
import { closeLast, keptDescriptor, openWriteClose } from '../fields/task-file.ts';
import { formatUntagged, parseUntagged } from '../fields/untagged-text.ts';

const PATH = '/proc/thread-self/next_syscall_data';

export const procfsJuly: Strategy = {
  name: 'procfs-july',
  of: 'procfs',
  order: 23,
  summary: 'July 2008: write to next_syscall_data; whatever call comes next has it or loses it',
  kind: 'design',
  form: 'as posted',
  directs: NAMED_IN_JULY,
  caller: only(NAMED_IN_JULY, closeLast(PATH, formatUntagged)),
  variants: {
    kept: only(NAMED_IN_JULY, keptDescriptor(PATH, formatUntagged)),
    'closes first': only(NAMED_IN_JULY, openWriteClose(PATH, formatUntagged)),
  },
  kernel: {
    ...takenByTheNextCall,
    procfs: [
      {
        name: 'next_syscall_data',
        mode: 0o644,
        write(kernel, _current, target, text) {
          const values = parseUntagged(text);
          if (values === null) return fail('EINVAL');
          armNextCall(kernel, target, values);
          return text.length;
        },
      },
    ],
  },
};
