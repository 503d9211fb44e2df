// SPDX-License-Identifier: MIT
/**
 * A task that sleeps in a call, until it gets what it waits for, or that is removed, or its group is
 * killed.
 */
import {
  CLONE_A_THREAD,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  SETVAL,
} from '../../../core/kernel/flags.ts';
import { MSQID_DS } from '../../../core/kernel/memory.ts';
import type { Arg, Store } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';

interface Sleep {
  /** The step that makes what is waited for, and others before the sleep. */
  readonly makes: Made;
  readonly before: (made: Arg, b: Builder) => readonly Made[];
  readonly call: (made: Arg, b: Builder) => Made;
  readonly removal: (made: Arg) => Made;
  readonly supply: (made: Arg, b: Builder) => Made;
}

const removesQueue = (id: Arg): Made => ['msgctl', [id, IPC_RMID, 0]];

const receiver: Sleep = {
  makes: ['msgget', [IPC_PRIVATE, 0o600]],
  before: () => [],
  call: (id, b) => ['msgrcv', [id, { memory: b.memory }, 100, 0, 0]],
  removal: removesQueue,
  supply: send,
};

const sender: Sleep = {
  makes: ['msgget', [IPC_PRIVATE, 0o600]],
  before: (id, b) => [limit(id, b, 0)],
  call: send,
  removal: removesQueue,
  supply: (id, b) => limit(id, b, 16),
};

function send(id: Arg, b: Builder): Made {
  const type: Store = { offset: b.memory, bytes: 8, value: 1 };
  return ['msgsnd', [id, { memory: b.memory }, 0, 0], { stores: [type] }];
}

/** IPC_SET of how many bytes a queue may hold. It is root's, or from now on it is. */
function limit(id: Arg, b: Builder, qbytes: number): Made {
  const values: Readonly<Record<string, number>> = { mode: 0o600, qbytes };
  const stores = MSQID_DS.fields.flatMap(({ name, offset, bytes }): Store[] => {
    const value = values[name];
    if (value === undefined) return [];
    return [{ offset: b.memory + offset, bytes: bytes === 8 ? 8 : 4, value }];
  });
  return ['msgctl', [id, IPC_SET, { memory: b.memory }], { stores }];
}

const taker: Sleep = {
  makes: ['semget', [IPC_PRIVATE, 1, 0o600]],
  before: () => [],
  call: (id, b) => {
    const takes = [0, -1, 0].map(
      (value, n): Store => ({ offset: b.memory + 2 * n, bytes: 2, value }),
    );
    return ['semop', [id, { memory: b.memory }, 1], { stores: takes }];
  },
  removal: (id) => ['semctl', [id, 0, IPC_RMID, 0]],
  supply: (id) => ['semctl', [id, 0, SETVAL, 1]],
};

function disturbed(sleep: Sleep): Kind {
  return (b) => {
    if (b.isFull || !b.once(8)) return undefined;
    const isKilled = !b.isInit && b.once(2);
    const made = { result: b.steps.length };
    b.also(sleep.makes);
    for (const step of sleep.before(made, b)) b.also(step);
    sleeps(b, sleep.call(made, b), isKilled ? CLONE_A_THREAD : 0);
    if (isKilled) return killed(b);
    return b.once(2) ? sleep.removal(made) : sleep.supply(made, b);
  };
}

/** A parent, killed while it waits for a child that lives on. */
function parent(b: Builder): Made | undefined {
  if (b.isInit || b.isFull || !b.once(8)) return undefined;
  const { child } = b.child(0);
  b.also(['fork', [], { child }]);
  if (b.isFull) return undefined;
  sleeps(b, ['wait4', [-1, 0, 0, 0]], CLONE_A_THREAD);
  return killed(b);
}

/** By a task of its own. */
function sleeps(b: Builder, call: Made, flags: number): void {
  const { child } = b.child(flags);
  b.also(['clone', [flags], { child }]);
  b.also(call, child);
  b.doubts();
}

function killed(b: Builder): Made {
  b.dies();
  return ['exit_group', [0]];
}

export const SLEEPERS: readonly Kind[] = [...[receiver, sender, taker].map(disturbed), parent];
