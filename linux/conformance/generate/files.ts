// SPDX-License-Identifier: MIT
/** Files that stock Linux has: the hints for the next pid and the next ids, and names of tasks. */
import {
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from '../../../core/kernel/flags.ts';
import type { Arg, Load } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';

export const NS_LAST_PID = '/proc/sys/kernel/ns_last_pid';
export const NEXT_IDS = ['msg', 'sem', 'shm'].map((type) => `/proc/sys/kernel/${type}_next_id`);

/** /proc may be that of an outer pid namespace: only these paths mean the same there. */
const PATHS = [
  ...[...NEXT_IDS, NS_LAST_PID, '/proc/thread-self/comm', '/proc/self/comm', ...NEXT_IDS],
  ...[NS_LAST_PID, '//proc//self//comm', '/proc/self/none', '/proc/sys/none', 'proc', ''],
];
const FLAGS = [O_RDWR, O_WRONLY, O_RDONLY, O_RDWR];
const DESCRIPTORS = [99, -1];

const TEXTS = [
  ...['7', '0', '5000', '32768', '1000000', '2147483647', '12 34', '', ' 5\n', '300', '65536'],
  ...['-1', '2147483648', '4194303', '4194304', '4194305', 'x', '0x10', '010', '08', '0x', '-0'],
  ...['+1', '-', '1,2', '7\0', '7\v', ' \n', '1'.repeat(20), '0'.repeat(20), '0'.repeat(21)],
  ...[
    '18446744073709551617',
    'a name of more than 15',
    'two\nlines',
    'back\\slash',
    'a\0b',
    `9${' '.repeat(60)}`,
  ],
];
const ROOM = [32, 32, 1, 3, 0, 16, -1, 4194303, 4194304];
const OFFSETS = [0, 1, 3, 100, -1, 2 ** 40];
const WHENCES = [SEEK_SET, SEEK_CUR, SEEK_END, 99, -1];

const descriptor = (b: Builder): Arg => {
  const known = b.known('fd');
  return known === undefined || b.once(12) ? b.of(DESCRIPTORS) : known;
};

function open(b: Builder): Made {
  b.makes('fd');
  const path = b.of(PATHS);
  const args = [b.address(), path.length, b.of(FLAGS)];
  return ['open', args, { stores: [{ offset: b.memory, text: path }] }];
}

function read(b: Builder): Made {
  const loads: Load[] = [{ name: 'text', offset: b.memory, bytes: 32, as: 'text' }];
  return ['read', [descriptor(b), b.address(), b.of(ROOM)], { loads }];
}

function write(b: Builder): Made {
  const text = b.of(TEXTS);
  const { length } = text;
  const bytes = b.once(5) ? b.of([length + 1, length - 1, 0, -1, 4194304]) : length;
  return ['write', [descriptor(b), b.address(), bytes], { stores: [{ offset: b.memory, text }] }];
}

const lseek: Kind = (b) => ['lseek', [descriptor(b), b.of(OFFSETS), b.of(WHENCES)]];
const close: Kind = (b) => ['close', [descriptor(b)]];

const onSoundFiles =
  (kind: Kind): Kind =>
  (b) =>
    b.hasStaleFiles ? undefined : kind(b);

export const FILES: readonly Kind[] = [
  open,
  open,
  write,
  write,
  write,
  read,
  read,
  lseek,
  close,
].map(onSoundFiles);
