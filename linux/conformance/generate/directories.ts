// SPDX-License-Identifier: MIT
/** Directories of /proc: what is found from a descriptor of one, and what else such a descriptor does. */
import {
  AT_FDCWD,
  CLONE_A_THREAD,
  CLONE_FILES,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { descriptor, onSoundFiles } from './files.ts';

/** Each with what is found there. */
const FOUND: readonly (readonly [string, readonly string[]])[] = [
  ['/proc/sys/kernel', ['msg_next_id', 'ns_last_pid', 'sem_next_id', 'shm_next_id']],
  ['/proc/self', ['comm', 'ns/ipc', 'task', 'ns']],
  ['/proc/thread-self', ['comm', 'ns/pid', 'ns']],
  ['/proc', ['self/comm', 'thread-self/comm', 'sys/kernel/msg_next_id', 'self/task']],
  ['/proc/sys', ['kernel/ns_last_pid', 'kernel']],
  ['/proc/self/ns', ['ipc', 'pid', 'pid_for_children']],
  ['/proc/self/task', []],
];
const DIRECTORIES = FOUND.map(([directory]) => directory);
const NAMES = [
  ...['comm', 'msg_next_id', 'self/comm', 'ns/ipc', 'task', 'ns', 'none', 'kernel', 'sys/none'],
  ...['', '/proc/self/comm', 'comm/', 'comm/none', 'task/none', 'task/4999999/comm', 'ns/none'],
  ...['ns/ipc/none', 'ns/ipc/', 'ns/', '/none/comm'],
];
const FLAGS = [
  ...[O_RDONLY, O_RDWR, O_RDONLY | O_DIRECTORY, O_WRONLY, O_RDONLY | O_CLOEXEC],
  ...[O_RDWR | O_DIRECTORY, O_RDONLY],
];
const NAME_AT = 64;

/** A directory, often to be opened. */
function opens(b: Builder, path: string, flags = O_RDONLY, by?: number): Arg {
  b.makes('fd');
  b.makes('dirfd');
  const stores = [{ offset: b.memory, text: `${path}\0` }];
  return b.also(['open', [{ memory: b.memory }, path.length, flags], { stores }], by);
}

function openedFrom(b: Builder, dirfd: Arg, name: string, flags: number, address?: Arg): Made {
  b.makes(name.startsWith('ns/') ? 'nsfd' : 'fd');
  const offset = b.memory + NAME_AT;
  const stores = [{ offset, text: `${name}\0` }];
  return ['openat', [dirfd, address ?? { memory: offset }, name.length, flags], { stores }];
}

function open(b: Builder): Made {
  b.makes('fd');
  b.makes('dirfd');
  const path = b.of(DIRECTORIES);
  const stores = [{ offset: b.memory, text: `${path}\0` }];
  return ['open', [{ memory: b.memory }, path.length, b.of(FLAGS)], { stores }];
}

/** From whatever there is. */
function openat(b: Builder): Made {
  const known = b.inherited('dirfd') ?? b.known('dirfd');
  const dirfd = known === undefined || b.once(6) ? b.of([descriptor(b), AT_FDCWD]) : known;
  const address = b.once(9) ? 1 : undefined;
  return openedFrom(b, dirfd, b.of(NAMES), b.of(FLAGS), address);
}

/** What is there, by the task or by its child, who may be somebody else by then. */
function finds(b: Builder): Made {
  const [directory, names] = b.of(FOUND.filter(([, found]) => found.length > 0));
  const dirfd = opens(b, directory);
  if (!b.isFull && b.once(2)) {
    const child = b.clones(b.of([0, CLONE_A_THREAD, CLONE_FILES]));
    if (b.once(3)) b.also(['setuid', [1000]], b.once(2) ? child : undefined);
    b.also(openedFrom(b, dirfd, b.of(names), b.of(FLAGS)), child);
  }
  const fd = b.also(openedFrom(b, dirfd, b.of(names), b.of(FLAGS)));
  const stores = [{ offset: b.memory, text: '5' }];
  return ['write', [fd, { memory: b.memory }, 1], { stores }];
}

/** Of one who is dead, and then reaped. */
function ofTheDead(b: Builder): Made | undefined {
  if (b.isFull || b.mayMakeInit(0)) return undefined;
  const made = { result: b.steps.length };
  const child = b.clones(CLONE_FILES);
  const paths = ['/proc/self', '/proc/thread-self', '/proc/self/task', '/proc/self/ns'];
  const dirfds = paths.map((path) => opens(b, path, O_RDONLY, child));
  b.also(['exit_group', [0]], child);
  b.doubts(child);
  const [self = 0] = dirfds;
  for (const name of ['comm', 'ns/ipc', 'ns/pid', 'ns/pid_for_children'])
    b.also(openedFrom(b, self, name, O_RDONLY));
  if (b.once(2)) b.also(['wait4', [made, 0, 0, 0]]);
  // A number that somebody has may be another's in an outer /proc.
  for (const [at, name] of ['comm', 'comm', '4999999', 'pid'].entries()) {
    b.also(openedFrom(b, dirfds[at] ?? 0, name, O_RDONLY));
  }
  return openedFrom(b, self, 'ns/pid', O_RDONLY);
}

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.once(3) ? kind(b) : undefined;

export const OPENAT: readonly Kind[] = [open, openat, openat, finds, seldom(ofTheDead)].map(
  onSoundFiles,
);
