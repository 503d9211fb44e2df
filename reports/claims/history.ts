// SPDX-License-Identifier: MIT
/** Claims that history answered. */
import { type Asked, read } from './claim.ts';

export const HISTORY: readonly Asked[] = [
  {
    number: 7,
    who: 'Machek',
    claim: '"we ended up with adding syscalls, too"',
    judge: () =>
      read(
        'supported',
        'Linux 2.6.27 got dup3, pipe2, eventfd2, signalfd4, inotify_init1 and epoll_create1',
      ),
  },
  {
    number: 10,
    who: 'Derbey',
    claim: 'many found sys_indirect ugly',
    judge: () => read('depends', 'against it Anvin, Garzik, Viro; for it Torvalds and Brown'),
  },
  {
    number: 11,
    who: 'Derbey',
    claim: 'new system calls are "very touchy"',
    judge: () => read('supported', 'eclone: 14 revisions under 4 names, 2009-2010, not merged'),
  },
];
