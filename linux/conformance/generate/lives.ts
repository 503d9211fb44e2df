// SPDX-License-Identifier: MIT
/** Lives of IPC objects, each with turns that calls drawn one by one seldom take together. */
import {
  GETALL,
  GETPID,
  GETVAL,
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SETALL,
  SETVAL,
} from '../../../core/kernel/flags.ts';
import { MSQID_DS, SEMID_DS, SHMID_DS } from '../../../core/kernel/memory.ts';
import { IPC_MIN_CYCLE, MSGMNB, SEMVMX } from '../../../core/model/limits.ts';
import type { Arg, Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, MOST_OPERATIONS } from './builder.ts';
import { opens } from './files.ts';

const next = (b: Builder): Arg => ({ result: b.steps.length });

/** Attached, it is memory; detached, its address faults; removed, the last detach destroys it. */
function segment(b: Builder): void {
  const id = next(b);
  b.also(['shmget', [b.of([IPC_PRIVATE, 11]), 4096, IPC_CREAT | 0o600]]);
  for (const isRemoved of [false, true]) {
    const address = next(b);
    b.also(['shmat', [id, 0]]);
    b.also(['shmctl', [id, IPC_STAT, address]]);
    if (isRemoved) b.also(['shmctl', [id, IPC_RMID, 0]]);
    const fd = opens(b, '/proc/self/comm');
    b.also(['read', [fd, address, 3]]);
    b.also(['shmdt', [address]]);
    b.also(['read', [fd, address, 3]]);
    b.also(['close', [fd]]);
    b.also(['shmctl', [id, IPC_STAT, address]]);
  }
}

/** Of several messages the lowest type is picked; what can not be copied out is lost. */
function queue(b: Builder): void {
  const id = next(b);
  b.also(['msgget', [IPC_PRIVATE, 0o600]]);
  const text = { memory: b.memory };
  for (const value of [2, 3, 1, 2]) {
    b.also(['msgsnd', [id, text, 0, 0], { stores: [{ offset: b.memory, bytes: 8, value }] }]);
  }
  for (const [address, type] of [
    [text, -2],
    [BAD_ADDRESS, 0],
    [text, -2],
  ] as const) {
    const type8 = { name: 'type', offset: b.memory, bytes: 8, as: 'number' as const };
    b.also(['msgrcv', [id, address, 0, type, IPC_NOWAIT], { loads: [type8] }]);
  }
}

/** What is too long for its reader stays; what would be too much is not added. */
function tooMuch(b: Builder): void {
  const memory = { memory: b.memory };
  const queue = next(b);
  b.also(['msgget', [IPC_PRIVATE, 0o600]]);
  const stores: Store[] = [
    { offset: b.memory, bytes: 8, value: 1 },
    { offset: b.memory + 8, text: 'a' },
  ];
  b.also(['msgsnd', [queue, memory, 1, 0], { stores }]);
  b.also(['msgrcv', [queue, memory, 0, 0, IPC_NOWAIT]]);
  const set = next(b);
  b.also(['semget', [IPC_PRIVATE, 1, 0o600]]);
  b.also(['semctl', [set, 0, SETVAL, 1]]);
  const operation = [0, SEMVMX, 0].map(
    (value, n): Store => ({ offset: b.memory + 2 * n, bytes: 2, value }),
  );
  b.also(['semop', [set, memory, 1], { stores: operation }]);
}

/** What exists is too small for who asks for more, and old for who asks for something new. */
function unfit(b: Builder): void {
  for (const flags of [IPC_CREAT, IPC_CREAT | IPC_EXCL]) b.also(['msgget', [9, flags | 0o600]]);
  for (const call of ['semget', 'shmget'] as const) {
    for (const size of [1, 2]) b.also([call, [9, size, IPC_CREAT | 0o600]]);
  }
}

/** Objects, and no memory for their state; then memory, and no objects. */
function nowhere(b: Builder): void {
  const set = next(b);
  b.also(['semget', [IPC_PRIVATE, 1, 0o600]]);
  for (const command of [GETALL, SETALL, IPC_STAT, IPC_SET]) {
    b.also(['semctl', [set, 0, command, BAD_ADDRESS]]);
  }
  const queue = next(b);
  b.also(['msgget', [IPC_PRIVATE, 0o600]]);
  for (const command of [IPC_STAT, IPC_SET]) b.also(['msgctl', [queue, command, BAD_ADDRESS]]);
  const memory = { memory: b.memory };
  for (const address of [0, memory]) {
    const command = address === 0 ? IPC_RMID : IPC_SET;
    b.also(['semctl', [set, 0, command, address]]);
    b.also(['msgctl', [queue, command, address]]);
  }
}

/** No operations, one that would not wait, too many, semaphores beyond the set, and a set that is gone. */
function misused(b: Builder): void {
  const set = next(b);
  b.also(['semget', [IPC_PRIVATE, 1, 0o600]]);
  const stores: Store[] = [0, -1, IPC_NOWAIT].map((value, n) => ({
    offset: b.memory + 2 * n,
    bytes: 2,
    value,
  }));
  for (const count of [0, 1, 501])
    b.also(['semop', [set, { memory: b.memory }, count], { stores }]);
  for (const command of [GETVAL, GETPID, SETVAL]) b.also(['semctl', [set, 1, command, 1]]);
  for (const command of [IPC_RMID, IPC_RMID, GETVAL]) b.also(['semctl', [set, 0, command, 0]]);
}

/** Commands that are none, owners that are nobody, and more room than the unprivileged may have. */
function refusedSet(b: Builder): void {
  const memory = { memory: b.memory };
  const layouts = { msgctl: MSQID_DS, semctl: SEMID_DS, shmctl: SHMID_DS };
  for (const [get, call, args] of [
    ['msgget', 'msgctl', []],
    ['semget', 'semctl', [1]],
    ['shmget', 'shmctl', [1]],
  ] as const) {
    const id = next(b);
    b.also([get, [IPC_PRIVATE, ...args, 0o600]]);
    b.also([call, [id, ...(call === 'semctl' ? [0] : []), 99, memory]]);
    for (const [member, value] of [
      ['uid', -1],
      ['qbytes', MSGMNB + 1],
    ] as const) {
      const at = layouts[call].fields.find(({ name }) => name === member);
      if (at === undefined) continue;
      const stores: Store[] = [
        { offset: b.memory + at.offset, bytes: at.bytes === 8 ? 8 : 4, value },
      ];
      b.also([call, [id, ...(call === 'semctl' ? [0] : []), IPC_SET, memory], { stores }]);
    }
  }
}

/** Objects made and removed until indices start over, which is what makes sequence numbers grow. */
function churn(b: Builder): void {
  if (!b.once(15) || b.steps.length > MOST_OPERATIONS) return;
  b.also(['msgget', [IPC_PRIVATE, 0o600]]);
  for (let n = 0; n < IPC_MIN_CYCLE; n++) {
    const id = next(b);
    b.also(['msgget', [IPC_PRIVATE, 0o600]]);
    b.also(['msgctl', [id, IPC_RMID, 0]]);
  }
}

const seldom =
  (life: (b: Builder) => void): Kind =>
  (b) => {
    if (b.once(4)) life(b);
    return undefined;
  };

export const LIVES: readonly Kind[] = [
  segment,
  queue,
  tooMuch,
  unfit,
  nowhere,
  misused,
  refusedSet,
  churn,
].map(seldom);
