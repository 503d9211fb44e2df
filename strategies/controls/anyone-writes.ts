// SPDX-License-Identifier: MIT
/**
 * Control, expected to fail: procfs without the test that only the task itself arms its field. The
 * file's mode is all there is, as with fail-nth in mainline: every task of the same user may open it
 * and write, and so may whoever inherits or is handed a descriptor.
 */
import { fail } from '../../core/kernel/errno.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { arm } from '../fields/next-syscall-data.ts';
import { parse, procfs } from '../procfs.ts';

export const anyoneWrites: Strategy = {
  ...procfs,
  name: 'anyone-writes',
  order: 102,
  summary: 'as procfs, but whoever can open the file of a task may arm it',
  kind: 'control',
  form: 'as named',
  kernel: {
    ...procfs.kernel,
    procfs: [
      {
        name: 'next_syscall_data',
        mode: 0o600,
        write(kernel, _current, target, text) {
          const want = parse(text);
          if (want === null) return fail('EINVAL');
          arm(kernel, target, want);
          return text.length;
        },
      },
    ],
  },
};
