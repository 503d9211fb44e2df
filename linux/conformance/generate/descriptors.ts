// SPDX-License-Identifier: MIT
/** Descriptors copied, taken from other processes, and locks on what they stand for. */
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  LOCK_EX,
  LOCK_MAND,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_NONBLOCK,
  O_RDWR,
  SEEK_CUR,
} from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { descriptor, NS_LAST_PID, onSoundFiles, opens } from './files.ts';
import { PIDS } from './tasks.ts';

/** Where dup2 puts one: a few that are in use, and some that never are. */
const PLACES = [3, 0, 1, 2, 9, -1];
const OPERATIONS = [
  ...[LOCK_EX | LOCK_NB, LOCK_SH | LOCK_NB, LOCK_UN, LOCK_EX | LOCK_NB, LOCK_SH, LOCK_UN],
  ...[0, LOCK_SH | LOCK_EX, LOCK_MAND, LOCK_NB, 64],
];

function dup(b: Builder): Made {
  const fd = descriptor(b);
  b.makes('fd');
  return ['dup', [fd]];
}

function dup2(b: Builder): Made {
  const [fd, to] = [descriptor(b), b.once(3) ? descriptor(b) : b.of(PLACES)];
  b.makes('fd');
  return ['dup2', [fd, to]];
}

const flock: Kind = (b) => ['flock', [descriptor(b), b.of(OPERATIONS)]];

/** Two who want the same lock: one waits, until the other lets go in one way or another. */
function contends(b: Builder): Made | undefined {
  if (!b.hasRoomFor(2)) return undefined;
  const path = b.of([NS_LAST_PID, '/proc/self/comm']);
  const [mine, other] = [opens(b, path), opens(b, path)];
  b.also(['flock', [mine, b.of([LOCK_EX, LOCK_SH])]]);
  const child = b.clones(b.of([0, CLONE_FILES]));
  b.also(['flock', [other, b.of([LOCK_EX, LOCK_SH])]], child);
  // Its descriptors are a copy, so that both have to let go of the first.
  b.also(b.once(2) ? ['close', [mine]] : ['flock', [mine, LOCK_UN]]);
  if (b.once(2)) b.also(['close', [mine]], child);
  if (b.once(3)) {
    b.also(['exit_group', [0]], child);
    b.doubts();
  }
  return ['flock', [other, LOCK_EX | LOCK_NB]];
}

/** A lock given up in vain, and one that goes with what dup2 puts in its place. */
function loses(b: Builder): Made {
  const path = b.of([NS_LAST_PID, '/proc/self/comm']);
  const [mine, other] = [opens(b, path), opens(b, path)];
  if (b.once(2)) {
    b.also(['flock', [mine, LOCK_EX]]);
    b.also(['dup2', [other, mine]]);
  } else {
    b.also(['flock', [mine, LOCK_SH]]);
    b.also(['flock', [other, LOCK_SH]]);
    b.also(['flock', [mine, LOCK_EX | LOCK_NB]]);
  }
  return ['flock', [other, LOCK_EX | LOCK_NB]];
}

function pidfdOpen(b: Builder): Made {
  b.makes('pidfd');
  const pid = b.once(3) ? b.of(PIDS) : (b.known('task') ?? b.of(PIDS));
  return ['pidfd_open', [pid, b.once(6) ? b.of([O_NONBLOCK, 1, -1]) : 0]];
}

const pidfd = (b: Builder): Arg => b.inherited('pidfd') ?? descriptor(b);

function pidfdGetfd(b: Builder): Made {
  const [from, fd] = [pidfd(b), b.once(2) ? b.of([0, 1, 2]) : descriptor(b)];
  b.makes('fd');
  return ['pidfd_getfd', [from, fd, b.once(10) ? 1 : 0]];
}

/** A copy stands where the other does. */
function copied(b: Builder): Made {
  const fd = opens(b, '/proc/self/comm');
  b.also(['read', [fd, { memory: b.memory }, 3]]);
  const copy = b.also(['dup', [fd]]);
  return ['lseek', [copy, 0, SEEK_CUR]];
}

/** A thread has no pidfd of its own, and no group. */
function ofThread(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const thread = { result: b.steps.length };
  b.clones(CLONE_A_THREAD);
  b.also(['setpgid', [thread, 0]]);
  return ['pidfd_open', [thread, 0]];
}

/** A child that may be somebody else by now is asked for what it opened; or its parent is. */
function takes(b: Builder): Made | undefined {
  if (b.isFull || b.mayMakeInit(0)) return undefined;
  const made = { result: b.steps.length };
  const child = b.clones(0);
  const path = '/proc/self/comm';
  const stores = [{ offset: b.memory, text: path }];
  const fd = b.also(['open', [{ memory: b.memory }, path.length, O_RDWR], { stores }], child);
  b.also(['read', [fd, { memory: b.memory }, 3]], child);
  for (const change of [
    ['setuid', [1000]],
    ['setresgid', [-1, 1000, -1]],
  ] as const satisfies Made[]) {
    if (b.once(4)) b.also(change, child);
    if (b.once(8)) b.also(change);
  }
  if (b.once(8)) b.also(drops(b), b.once(2) ? child : undefined);
  b.makes('pidfd');
  const from = b.also(['pidfd_open', [made, 0]]);
  if (b.once(6)) {
    b.also(['exit_group', [0]], child);
    b.doubts(child);
    if (b.once(2)) b.also(['wait4', [made, 0, 0, 0]]);
  }
  b.makes('fd');
  const got = b.also(['pidfd_getfd', [from, fd, 0]]);
  return ['lseek', [got, 0, SEEK_CUR]];
}

/** All capabilities, so that whoever has some is more. */
const drops = (b: Builder): Made => [
  'capset',
  [{ memory: b.memory }, { memory: b.memory + 8 }],
  {
    stores: [0x20080522, 0, 0, 0, 0, 0, 0, 0].map((value, n) => ({
      offset: b.memory + 4 * n,
      bytes: 4,
      value,
    })),
  },
];

/** There is nothing in it to be read or written. */
function misuses(b: Builder): Made {
  const [fd, memory] = [pidfd(b), { memory: b.memory }];
  return b.of<Made>([
    ['read', [fd, memory, 3]],
    ['write', [fd, memory, b.of([3, -1])], { stores: [{ offset: b.memory, text: 'abc' }] }],
    ['lseek', [fd, 0, b.of([0, -1])]],
    ['close', [fd]],
    ['dup', [fd]],
  ]);
}

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.once(3) ? kind(b) : undefined;

export const DESCRIPTORS: readonly Kind[] = [
  dup,
  dup2,
  flock,
  flock,
  seldom(contends),
  seldom(loses),
  seldom(copied),
  seldom(ofThread),
  pidfdOpen,
  pidfdGetfd,
  pidfdGetfd,
  takes,
  misuses,
].map(onSoundFiles);
