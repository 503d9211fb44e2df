// SPDX-License-Identifier: MIT
/** Files that stock Linux has: the hints for the next pid and the next ids, and names of tasks. */
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  IPC_PRIVATE,
  O_CLOEXEC,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../../../core/kernel/flags.ts';
import { PID_MAX } from '../../../core/model/limits.ts';
import type { Arg, Load } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { cloneAt } from './clone3.ts';

export const NS_LAST_PID = '/proc/sys/kernel/ns_last_pid';
export const NEXT_IDS = ['msg', 'sem', 'shm'].map((type) => `/proc/sys/kernel/${type}_next_id`);

/** /proc may be that of an outer pid namespace: only these paths mean the same there. */
const PATHS = [...NEXT_IDS, NS_LAST_PID, '/proc/thread-self/comm', '/proc/self/comm'];
const ODD_PATHS = [
  ...['//proc//self//comm', '/proc/self/none', '/proc/sys/none', '/proc/none', 'proc', ''],
  // A number that no kernel gives to anybody.
  ...['/proc/self/task/none/comm', '/proc/4999999/comm'],
];
const FLAGS = [O_RDWR, O_WRONLY, O_RDONLY, O_RDWR, O_RDWR | O_CLOEXEC];
const DESCRIPTORS = [99, -1];

const TEXTS = ['5000', '7', '12 34', '0', '32768', 'a name of more than 15', '300', '65536'];
/** Few, so that they meet, and some index is in use. */
const HINTS = ['5', '0', '32768', '4'];
const ODD_TEXTS = [
  ...['', ' 5\n', '2147483647', '-1', '2147483648', '4194303', '4194304', '4194305', 'x', '0x10'],
  ...['010', '08', '0x', '-0', '+1', '-', '1,2', '7\0', '7\v', ' \n', '1'.repeat(20)],
  ...['0'.repeat(20), '0'.repeat(21), '18446744073709551617', `9${' '.repeat(60)}`],
  ...['two\nlines', 'back\\slash', 'a\0b'],
];
const ROOM = [32, 3, 32, 1, 3, 0, 16, -1, 4194303, 4194304];
const LAST_PIDS = [40, 5000, PID_MAX - 1];
const OFFSETS = [0, 1, 3, 100, -1, 2 ** 40];
const WHENCES = [SEEK_SET, SEEK_CUR, SEEK_END, 99, -1];

/** Mostly one that the task may have. */
export const descriptor = (b: Builder): Arg => {
  const known = b.once(3) ? b.known('fd') : (b.inherited('fd') ?? b.known('fd'));
  return known === undefined || b.once(15) ? b.of(DESCRIPTORS) : known;
};

/** A file, once more perhaps. */
export function opens(b: Builder, path: string, task?: number): Arg {
  b.makes('fd');
  const stores = [{ offset: b.memory, text: path }];
  return b.also(['open', [{ memory: b.memory }, path.length, O_RDONLY], { stores }], task);
}

function open(b: Builder): Made {
  b.makes('fd');
  const path = b.of(b.once(6) ? ODD_PATHS : PATHS);
  const args = [b.address(), path.length, b.of(FLAGS)];
  return ['open', args, { stores: [{ offset: b.memory, text: path }] }];
}

/** A hint that is in place, if the task may. */
function hint(b: Builder): Made {
  b.makes('fd');
  const path = b.of([...NEXT_IDS, NS_LAST_PID]);
  const args = [{ memory: b.memory }, path.length, O_WRONLY];
  const fd = b.also(['open', args, { stores: [{ offset: b.memory, text: path }] }]);
  const text = b.of(HINTS);
  const stores = [{ offset: b.memory, text }];
  return ['write', [fd, { memory: b.memory }, text.length], { stores }];
}

/** A descriptor, often put at its beginning first: a hint is read and written there alone. */
function maybeRewound(b: Builder): Arg {
  const isRewound = b.once(2);
  const fd = descriptor(b);
  if (isRewound) b.also(['lseek', [fd, 0, SEEK_SET]]);
  return fd;
}

function read(b: Builder): Made {
  const fd = maybeRewound(b);
  const loads: Load[] = [{ name: 'text', offset: b.memory, bytes: 32, as: 'text' }];
  return ['read', [fd, b.address(), b.of(ROOM)], { loads }];
}

function write(b: Builder): Made {
  const fd = maybeRewound(b);
  const text = b.once(3) ? b.of(ODD_TEXTS) : b.of(TEXTS);
  const { length } = text;
  const bytes = b.once(5) ? b.of([length + 1, length - 1, 0, -1, 4194304]) : length;
  // Or zeros, where nothing was ever put.
  const stores = b.once(12) ? [] : [{ offset: b.memory, text }];
  return ['write', [fd, b.address(), bytes], { stores }];
}

const lseek: Kind = (b) => ['lseek', [descriptor(b), b.of(OFFSETS), b.of(WHENCES)]];
const close: Kind = (b) => ['close', [descriptor(b)]];

/** The next number is taken, by who asked for it; or there is none, and the search starts over. */
function taken(b: Builder): Made | undefined {
  if (!b.hasRoomFor(3) || b.mayMakeInit(0)) return undefined;
  const last = b.of(LAST_PIDS);
  const text = String(last);
  const memory = { memory: b.memory };
  const path = { offset: b.memory, text: NS_LAST_PID };
  const fd = b.also(['open', [memory, NS_LAST_PID.length, O_WRONLY], { stores: [path] }]);
  const stores = [{ offset: b.memory, text }];
  b.also(['write', [fd, memory, text.length], { stores }]);
  b.also(cloneAt(b, b.child(0).child, last + 1));
  b.clones(0);
  // Once more, when the lowest is taken too.
  b.also(['lseek', [fd, 0, SEEK_SET]]);
  b.also(['write', [fd, memory, text.length], { stores }]);
  b.clones(0);
  return ['close', [fd]];
}

/** A thread's name, by those who share its descriptors, when it is gone: what is left of a text. */
function ofTheDead(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const thread = b.clones(CLONE_A_THREAD);
  b.doubts();
  const path = '/proc/thread-self/comm';
  const memory = { memory: b.memory };
  const stores = [{ offset: b.memory, text: path }];
  const fd = b.also(['open', [memory, path.length, O_RDWR], { stores }], thread);
  b.also(['read', [fd, memory, 3]], thread);
  b.also(['exit', [0]], thread);
  b.also(['read', [fd, memory, 16]]);
  b.also(['lseek', [fd, 0, SEEK_SET]]);
  b.also(['read', [fd, memory, 16]]);
  b.also(['write', [fd, memory, 1], { stores }]);
  for (const offset of [1, -1]) b.also(['lseek', [fd, offset, SEEK_SET]]);
  return ['close', [fd]];
}

/** By who lives in another IPC namespace than whoever opened it: whose next id is that? */
function ofAnother(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const [path = ''] = NEXT_IDS;
  const memory = { memory: b.memory };
  const stores = [{ offset: b.memory, text: path }];
  const fd = b.also(['open', [memory, path.length, O_WRONLY], { stores }]);
  const child = b.clones(CLONE_NEWIPC);
  b.doubts(child);
  const text = '5';
  b.also(['write', [fd, memory, text.length], { stores: [{ offset: b.memory, text }] }], child);
  for (const by of [child, undefined]) b.also(['msgget', [IPC_PRIVATE, 0o600]], by);
  return ['close', [fd]];
}

const seldom =
  (kind: Kind): Kind =>
  (b) =>
    b.once(4) ? kind(b) : undefined;

export const onSoundFiles =
  (kind: Kind): Kind =>
  (b) =>
    b.hasStaleFiles ? undefined : kind(b);

export const FILES: readonly Kind[] = [
  hint,
  hint,
  open,
  open,
  write,
  write,
  write,
  read,
  read,
  lseek,
  close,
  seldom(taken),
  seldom(ofTheDead),
  seldom(ofAnother),
].map(onSoundFiles);
