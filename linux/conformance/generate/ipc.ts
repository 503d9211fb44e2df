// SPDX-License-Identifier: MIT
/** System V IPC: what all types have, and what each has of its own. */
import {
  GETALL,
  GETPID,
  GETVAL,
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SETALL,
  SETVAL,
  SHM_RDONLY,
} from '../../../core/kernel/flags.ts';
import { type Layout, MSQID_DS, SEMID_DS, SHMID_DS } from '../../../core/kernel/memory.ts';
import { SEMMSL } from '../../../core/model/limits.ts';
import type { Arg, Load, ScriptCall, Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';
import { USERS } from './credentials.ts';

type Type = 'msg' | 'sem' | 'shm';

const KEYS = [1, 2, 0, 3];
const GET_FLAGS = [
  ...[IPC_CREAT | 0o600, IPC_CREAT | 0o666, IPC_CREAT | 0o660, IPC_CREAT | 0o640],
  ...[IPC_CREAT | IPC_EXCL | 0o600, IPC_CREAT | 0o644, IPC_CREAT, 0, 0o600, 0o400, IPC_EXCL],
];
const IDS = [0, 1, 32768, -1, 99999];
const COMMANDS = [99, -1, 4242];
const MODES = [0o600, 0o644, 0o666, 0, 0o7777];
const QUEUE_BYTES = [16384, 5, 5, 1, 0, 16385];
const WAIT = [IPC_NOWAIT, IPC_NOWAIT, 0];

const MESSAGE_TYPES = [1, 2, 3, 1, 2, 3, 1, 2, 0, -1];
const WANTED_TYPES = [0, 0, 0, 1, 2, -2, -3];
const TEXTS = ['', 'a', 'hello', 'x'.repeat(100)];
const TEXT_SIZES = [0, 1, 5, 100, 8193, -1];
const ROOM = [100, 100, 100, 5, 3, 0, -1];

const TOO_MANY = SEMMSL + 1;
const NSEMS = [2, 2, 1, 2, 3, 2, 1, 2, 2, 2, 0, -1, TOO_MANY];
const SEMAPHORES = [0, 0, 0, 1, 1, 0, 1, 5, -1];
const OPERATIONS = [1, 2, -1, 1, 0, 32767, -2];
const VALUES = [0, 1, 2, 32767, 1, 32768, -1];

const SIZES = [4096, 4096, 4096, 4096, 4096, 1, 5000, 4096, 4096, 0, -1];

const idOf = (b: Builder, type: Type): Arg => {
  const known = b.known(type);
  return known === undefined || b.once(9) ? b.of(IDS) : known;
};

/** Mostly of an object: where none is known, one is made instead. */
const withObject =
  (type: Type, kind: Kind): Kind =>
  (b) =>
    b.known(type) === undefined && !b.once(8) ? get(type)(b) : kind(b);

function get(type: Type): Kind {
  return (b) => {
    const [key, flags] = [b.of(KEYS), b.of(GET_FLAGS)];
    const size = type === 'msg' ? 1 : b.of(type === 'sem' ? NSEMS : SIZES);
    if ((flags & IPC_CREAT) !== 0 && size > 0 && size !== TOO_MANY) b.makes(type);
    switch (type) {
      case 'msg':
        return ['msgget', [key, flags]];
      case 'sem':
        return ['semget', [key, size, flags]];
      case 'shm':
        return ['shmget', [key, size, flags]];
    }
  };
}

function msgsnd(b: Builder): Made {
  const text = b.of(TEXTS);
  const size = b.once(10) ? b.of(TEXT_SIZES) : text.length;
  // A text longer than what is there would read on into memory that the two kernels lay out freely.
  const sent = size <= 100 ? Math.min(size, text.length) : size;
  const type = b.of(MESSAGE_TYPES);
  const stores: Store[] = [{ offset: b.memory, bytes: 8, value: type }];
  if (text !== '') stores.push({ offset: b.memory + 8, text });
  return ['msgsnd', [idOf(b, 'msg'), b.address(), sent, b.of(WAIT)], { stores }];
}

function msgrcv(b: Builder): Made {
  const [size, type] = [b.of(ROOM), b.of(WANTED_TYPES)];
  const loads: Load[] = [
    { name: 'type', offset: b.memory, bytes: 8, as: 'number' },
    { name: 'text', offset: b.memory + 8, bytes: 100, as: 'text' },
  ];
  return ['msgrcv', [idOf(b, 'msg'), b.address(), size, type, b.of(WAIT)], { loads }];
}

const TIMES: ReadonlySet<string> = new Set(['stime', 'rtime', 'ctime', 'otime', 'atime', 'dtime']);

export const loadsOf = (layout: Layout, at: number): Load[] =>
  layout.fields.map(({ name, offset, bytes }) => ({
    name,
    offset: at + offset,
    bytes,
    as: TIMES.has(name) ? 'time' : 'number',
  }));

function storesOf(b: Builder, layout: Layout): Store[] {
  const values: Readonly<Record<string, number>> = {
    uid: b.of(USERS),
    gid: b.of(USERS),
    mode: b.of(MODES),
    qbytes: b.of(QUEUE_BYTES),
  };
  return layout.fields.flatMap(({ name, offset, bytes }): Store[] => {
    const value = values[name];
    if (value === undefined) return [];
    return [{ offset: b.memory + offset, bytes: bytes as 2 | 4 | 8, value }];
  });
}

/** STAT, SET, RMID and commands that are none, which all types have. */
function control(
  type: Type,
  layout: Layout,
  call: (id: Arg, command: number, address: Arg) => readonly [ScriptCall, readonly Arg[]],
): Kind {
  return (b) => {
    const command = b.once(9)
      ? b.of(COMMANDS)
      : ([IPC_STAT, IPC_SET, IPC_RMID][b.once(3) ? 2 : Number(b.once(2))] ?? 0);
    const id = idOf(b, type);
    const page = command === IPC_STAT && b.once(4) ? b.known('page') : undefined;
    const [name, args] = call(id, command, page ?? b.address());
    if (command === IPC_RMID) b.forgets(id);
    if (command === IPC_STAT && page === undefined)
      return [name, args, { loads: loadsOf(layout, b.memory) }];
    return [name, args, command === IPC_SET ? { stores: storesOf(b, layout) } : {}];
  };
}

function semop(b: Builder): Made {
  const count = b.once(3) ? 2 : 1;
  const stores: Store[] = [];
  for (let n = 0; n < count; n++) {
    const flags = b.of([IPC_NOWAIT, IPC_NOWAIT, 0]);
    const values = [b.of(SEMAPHORES), b.of(OPERATIONS), flags];
    for (const [at, value] of values.entries()) {
      stores.push({ offset: b.memory + 6 * n + 2 * at, bytes: 2, value });
    }
  }
  const nsops = b.once(10) ? b.of([0, 501, -1]) : count;
  return ['semop', [idOf(b, 'sem'), b.address(), nsops], { stores }];
}

function semctl(b: Builder): Made {
  const command = b.of([SETVAL, SETVAL, SETALL, SETALL, GETALL, GETPID, GETVAL]);
  const [id, number] = [idOf(b, 'sem'), b.of(SEMAPHORES)];
  switch (command) {
    case SETVAL:
      return ['semctl', [id, number, command, b.of(VALUES)]];
    case GETALL: {
      const loads: Load[] = [0, 1].map((n) => ({
        name: `value${n}`,
        offset: b.memory + 2 * n,
        bytes: 2,
        as: 'number',
      }));
      return ['semctl', [id, number, command, b.address()], { loads }];
    }
    case SETALL: {
      const stores = [0, 1].map((n): Store => {
        const value = b.of(VALUES);
        return { offset: b.memory + 2 * n, bytes: 2, value: value & 0xffff };
      });
      return ['semctl', [id, number, command, b.address()], { stores }];
    }
    default:
      return ['semctl', [id, number, command, 0]];
  }
}

function shmat(b: Builder): Made {
  const id = idOf(b, 'shm');
  const flags = b.once(3) ? SHM_RDONLY : 0;
  b.makes('address');
  if (flags === 0) b.makes('page');
  return ['shmat', [id, flags]];
}

function shmdt(b: Builder): Made | undefined {
  const address = b.known('address');
  if (address === undefined || b.once(10)) return b.once(6) ? ['shmdt', [BAD_ADDRESS]] : shmat(b);
  b.forgets(address);
  return ['shmdt', [address]];
}

const msgctl = control('msg', MSQID_DS, (id, command, at) => ['msgctl', [id, command, at]]);
const semset = control('sem', SEMID_DS, (id, command, at) => ['semctl', [id, 0, command, at]]);
const shmctl = control('shm', SHMID_DS, (id, command, at) => ['shmctl', [id, command, at]]);

export const GETS: readonly Kind[] = [get('msg'), get('sem'), get('shm')];

export const IPC: readonly Kind[] = [
  ...[get('msg'), withObject('msg', msgctl), withObject('msg', msgctl)],
  ...[withObject('msg', msgsnd), withObject('msg', msgsnd), withObject('msg', msgrcv)],
  ...[withObject('msg', msgrcv), withObject('msg', msgsnd)],
  ...[get('sem'), withObject('sem', semop), withObject('sem', semop), withObject('sem', semset)],
  ...[withObject('sem', semctl), withObject('sem', semctl)],
  ...[get('shm'), withObject('shm', shmat), withObject('shm', shmat), shmdt, shmdt],
  ...[withObject('shm', shmctl), withObject('shm', shmctl)],
];
