// SPDX-License-Identifier: MIT
/** Namespaces as files, and joining them: one's own, those of children, and those that one has left. */
import {
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  O_RDONLY,
  O_RDWR,
} from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { descriptor } from './files.ts';

const NAMES = ['ipc', 'pid', 'pid_for_children'];
const PATHS = [
  ...NAMES.map((name) => `/proc/self/ns/${name}`),
  ...NAMES.map((name) => `/proc/thread-self/ns/${name}`),
  '/proc/self/ns/none',
];
const TYPES = [0, 0, CLONE_NEWIPC, CLONE_NEWPID, 17, CLONE_NEWIPC | CLONE_NEWPID];

function opens(b: Builder, path: string, flags = O_RDONLY, task?: number): Arg {
  b.makes('nsfd');
  const stores = [{ offset: b.memory, text: path }];
  return b.also(['open', [{ memory: b.memory }, path.length, flags], { stores }], task);
}

function open(b: Builder): Made {
  b.makes('nsfd');
  const path = b.of(PATHS);
  const args = [b.address(), path.length, b.once(8) ? O_RDWR : O_RDONLY];
  return ['open', args, { stores: [{ offset: b.memory, text: path }] }];
}

/** There is nothing in it to be read, written or gone to. */
function looksInside(b: Builder): Made {
  const fd = opens(b, b.of(PATHS));
  const memory = { memory: b.memory };
  return b.of<Made>([
    ['lseek', [fd, 0, 0]],
    ['read', [fd, memory, b.of([3, -1])]],
    ['write', [fd, memory, 3]],
  ]);
}

/** Nobody knows where the caller and its children are after this. */
function joins(b: Builder, fd: Arg, type: number): Made {
  b.unsharesPid();
  b.unsharesIpc();
  b.joins();
  return ['setns', [fd, type]];
}

const setns: Kind = (b) => {
  const fd = b.once(5) ? descriptor(b) : (b.inherited('nsfd') ?? descriptor(b));
  return joins(b, fd, b.of(TYPES));
};

const setnsByPidfd: Kind = (b) => {
  const fd = b.inherited('pidfd') ?? b.known('pidfd');
  return fd === undefined ? undefined : joins(b, fd, b.of(TYPES));
};

/** The IPC namespace that is left is come back to. */
function returns(b: Builder): Made {
  const fd = opens(b, '/proc/self/ns/ipc');
  b.also(['unshare', [CLONE_NEWIPC]]);
  b.also(['msgget', [7, 0o1600]]);
  joins(b, fd, 0);
  b.also(['setns', [fd, b.of([CLONE_NEWIPC, 0])]]);
  return ['msgget', [7, 0]];
}

/** A namespace for children that has no init yet, and then one that has. */
function early(b: Builder): Made | undefined {
  if (b.isFull || b.hasUnsharedPid || !b.once(3)) return undefined;
  b.unsharesPid();
  b.also(['unshare', [CLONE_NEWPID]]);
  opens(b, '/proc/self/ns/pid_for_children');
  b.clones(0);
  const fd = opens(b, '/proc/self/ns/pid_for_children');
  return joins(b, fd, CLONE_NEWPID);
}

/** A child's namespaces, by a table of files that it shares: their next child is born there. */
function follows(b: Builder): Made | undefined {
  if (!b.hasRoomFor(2) || b.hasUnsharedPid || !b.once(2)) return undefined;
  const child = b.clones(b.of([CLONE_NEWPID, CLONE_NEWPID | CLONE_NEWIPC]) | CLONE_FILES);
  const fd = opens(b, b.of(['/proc/self/ns/pid', '/proc/self/ns/ipc']), O_RDONLY, child);
  const own = opens(b, '/proc/self/ns/pid');
  b.also(joins(b, fd, 0));
  const grandchild = b.clones(0);
  b.also(['getpid', []], grandchild);
  if (b.once(2)) b.also(['setns', [fd, 0]], grandchild);
  // Up is no way to go.
  if (b.once(2)) b.also(['setns', [own, CLONE_NEWPID]], child);
  return ['setns', [own, CLONE_NEWPID]];
}

/** By a pidfd: all or nothing. */
function followsByPidfd(b: Builder): Made | undefined {
  if (!b.hasRoomFor(2) || b.hasUnsharedPid || !b.once(2)) return undefined;
  const made = { result: b.steps.length };
  const child = b.clones(b.of([CLONE_NEWPID | CLONE_NEWIPC, CLONE_NEWIPC]));
  const fd = b.also(['pidfd_open', [made, 0]]);
  if (b.once(4)) b.also(['setuid', [1000]], b.once(2) ? child : undefined);
  if (b.once(4)) {
    b.also(['exit_group', [0]], child);
    b.doubts(child);
    if (b.once(2)) b.also(['wait4', [made, 0, 0, 0]]);
  }
  b.also(joins(b, fd, b.of([CLONE_NEWPID | CLONE_NEWIPC, CLONE_NEWIPC, CLONE_NEWPID, 0, 1])));
  b.also(['msgget', [7, 0o1600]], child);
  b.also(['msgget', [7, 0]]);
  return ['fork', [], { child: b.child(0).child }];
}

export const NAMESPACES: readonly Kind[] = [
  open,
  looksInside,
  setns,
  setns,
  setnsByPidfd,
  returns,
  early,
  follows,
  followsByPidfd,
];
