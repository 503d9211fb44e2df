// SPDX-License-Identifier: MIT
/** Namespaces and tables left behind, and what becomes of a pid namespace that loses its init. */
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CLONE_VM,
} from '../../../core/kernel/flags.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { cloneAt } from './clone3.ts';

const FLAGS = [
  ...[CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWPID | CLONE_NEWIPC, CLONE_NEWPID, CLONE_FILES],
  ...[CLONE_THREAD, CLONE_SIGHAND, CLONE_VM, CLONE_FS | CLONE_SYSVSEM, 0, CLONE_PARENT, 17],
];

function unshare(b: Builder): Made {
  const flags = b.of(FLAGS);
  if ((flags & CLONE_NEWPID) !== 0) b.unsharesPid();
  if ((flags & CLONE_NEWIPC) !== 0) b.unsharesIpc();
  return ['unshare', [flags]];
}

/** The first child was init of the new namespace, and 1 was all it could be; where it is dead, nobody can be born. */
function losesInit(b: Builder): Made | undefined {
  if (!b.hasRoomFor(3) || b.hasUnsharedPid || !b.once(3)) return undefined;
  b.unsharesPid();
  b.also(['unshare', [CLONE_NEWPID]]);
  if (b.once(2)) {
    b.also(cloneAt(b, b.child(0).child, 5));
    b.doubts();
  }
  const { child } = b.child(0);
  b.also(['fork', [], { child }]);
  b.also(['exit_group', [1]], child);
  b.doubts();
  const orphan = b.child(0).child;
  b.doubts();
  return ['fork', [], { child: orphan }];
}

/** Memory that another process or thread shares can not be left. */
function sharesMemory(b: Builder): Made | undefined {
  if (b.isFull || !b.once(4)) return undefined;
  b.clones(b.of([CLONE_VM, CLONE_A_THREAD]));
  return ['unshare', [CLONE_VM]];
}

export const UNSHARING: readonly Kind[] = [unshare, unshare, losesInit, sharesMemory];
