// SPDX-License-Identifier: MIT
/** A child that becomes another user, to whom an object of its parent may be forbidden. */
import {
  GETALL,
  GETVAL,
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_STAT,
  SETALL,
  SETVAL,
} from '../../../core/kernel/flags.ts';
import type { Arg } from '../script.ts';
import type { Kind, Made } from './builder.ts';

const MODES = [0o600, 0o640, 0o604, 0o660, 0o666];
const KEY = 7;

/** What makes an object of a key and mode, and what a stranger does with it. */
const OBJECTS: readonly {
  readonly get: (key: number, mode: number) => Made;
  readonly uses: (id: Arg, memory: Arg) => readonly Made[];
}[] = [
  {
    get: (key, mode) => ['msgget', [key, mode]],
    uses: (id, memory) => [
      ['msgctl', [id, IPC_STAT, memory]],
      ['msgctl', [id, IPC_RMID, 0]],
    ],
  },
  {
    get: (key, mode) => ['semget', [key, 1, mode]],
    uses: (id, memory) => [
      ...[GETALL, SETALL].map((command): Made => ['semctl', [id, 0, command, memory]]),
      ...[GETVAL, SETVAL].map((command): Made => ['semctl', [id, 0, command, 1]]),
      ['semctl', [id, 0, IPC_STAT, memory]],
      ['semop', [id, memory, 1]],
    ],
  },
  {
    get: (key, mode) => ['shmget', [key, 1, mode]],
    uses: (id, memory) => [
      ['shmctl', [id, IPC_STAT, memory]],
      ['shmat', [id, 0]],
    ],
  },
];

const stranger: Kind = (b) => {
  if (b.isFull || !b.once(2)) return undefined;
  const { get, uses } = b.of(OBJECTS);
  const [key, mode] = [b.of([IPC_PRIVATE, KEY]), b.of(MODES)];
  const id = { result: b.steps.length };
  b.also(get(key, IPC_CREAT | mode));
  const { child } = b.child(0);
  b.also(['fork', [], { child }]);
  if (b.once(2)) b.also(['setgid', [1000]], child);
  b.also(['setuid', [1000]], child);
  const memory = { memory: b.memory };
  b.also(b.of([...uses(id, memory), get(key, 0o600)]), child);
  return undefined;
};

/** The other way round: an object that a child made as another user. */
const ofStranger: Kind = (b) => {
  if (b.isFull || !b.once(4)) return undefined;
  const { get, uses } = b.of(OBJECTS);
  const child = b.clones(0);
  b.also(['setuid', [1000]], child);
  const id = b.also(get(IPC_PRIVATE, IPC_CREAT | b.of(MODES)), child);
  return b.of(uses(id, { memory: b.memory }));
};

export const STRANGERS: readonly Kind[] = [stranger, stranger, ofStranger];
