// SPDX-License-Identifier: MIT
/**
 * A task that sleeps in a call, until it gets what it waits for, or that is removed, or its group is
 * killed.
 */
import {
  CLONE_A_THREAD,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  SETVAL,
} from '../../../core/kernel/flags.ts';
import { type Layout, MSQID_DS, SEMID_DS } from '../../../core/kernel/memory.ts';
import { SEMVMX } from '../../../core/model/limits.ts';
import type { Arg, Store } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';

export interface Sleep {
  /** The step that makes what is waited for, and others before the sleep. */
  readonly makes: Made;
  readonly before: (made: Arg, b: Builder) => readonly Made[];
  readonly call: (made: Arg, b: Builder) => Made;
  readonly removal: (made: Arg) => Made;
  readonly supply: (made: Arg, b: Builder) => Made;
  /** Takes from others the right to do what the sleeper does. */
  readonly forbid: (made: Arg, b: Builder) => Made;
}

const removesQueue = (id: Arg): Made => ['msgctl', [id, IPC_RMID, 0]];

const receiver: Sleep = {
  makes: ['msgget', [IPC_PRIVATE, 0o666]],
  before: () => [],
  call: (id, b) => ['msgrcv', [id, { memory: b.memory }, 100, 0, 0]],
  removal: removesQueue,
  supply: (id, b) => send(id, b),
  forbid: (id, b) => set(id, b, { mode: 0o600, qbytes: 16 }),
};

const sender: Sleep = {
  makes: ['msgget', [IPC_PRIVATE, 0o666]],
  before: (id, b) => [set(id, b, { mode: 0o666, qbytes: 0 }), send(id, b, IPC_NOWAIT)],
  call: (id, b) => send(id, b),
  removal: removesQueue,
  supply: (id, b) => set(id, b, { mode: 0o666, qbytes: 16 }),
  forbid: (id, b) => set(id, b, { mode: 0o600, qbytes: 0 }),
};

function send(id: Arg, b: Builder, flags = 0): Made {
  const type: Store = { offset: b.memory, bytes: 8, value: 1 };
  return ['msgsnd', [id, { memory: b.memory }, 0, flags], { stores: [type] }];
}

const set = (id: Arg, b: Builder, values: Readonly<Record<string, number>>): Made => [
  'msgctl',
  [id, IPC_SET, { memory: b.memory }],
  { stores: members(MSQID_DS, b, values) },
];

/** Members of a structure; who owns it is 0, and is left alone by who isn't. */
const members = (layout: Layout, b: Builder, values: Readonly<Record<string, number>>): Store[] =>
  layout.fields.flatMap(({ name, offset, bytes }) => {
    const value = values[name];
    return value === undefined
      ? []
      : [{ offset: b.memory + offset, bytes: bytes === 8 ? 8 : 4, value }];
  });

const taker: Sleep = {
  makes: ['semget', [IPC_PRIVATE, 1, 0o666]],
  before: () => [],
  call: (id, b) => ['semop', [id, { memory: b.memory }, 1], { stores: operations(b, 0, -1, 0) }],
  removal: (id) => ['semctl', [id, 0, IPC_RMID, 0]],
  supply: (id) => ['semctl', [id, 0, SETVAL, 1]],
  forbid: (id, b) => [
    'semctl',
    [id, 0, IPC_SET, { memory: b.memory }],
    { stores: members(SEMID_DS, b, { mode: 0o600 }) },
  ],
};

export const SLEEPS: readonly Sleep[] = [receiver, sender, taker];

/** Who waits for a type that does not come, or has no room, is passed over for the next. */
function rivals(b: Builder): Made | undefined {
  if (!b.hasRoomFor(2) || !b.once(4)) return undefined;
  const id = { result: b.steps.length };
  b.also(['msgget', [IPC_PRIVATE, 0o666]]);
  const [room, type] = b.of([
    [100, 2],
    [1, 0],
  ]);
  const memory = { memory: b.memory };
  sleeps(b, ['msgrcv', [id, memory, room, type, 0]], 0, false);
  sleeps(b, ['msgrcv', [id, memory, 100, 1, 0]], 0, false);
  const stores: Store[] = [
    { offset: b.memory, bytes: 8, value: 1 },
    { offset: b.memory + 8, text: 'hello' },
  ];
  return ['msgsnd', [id, memory, 5, 0], { stores }];
}

/** Operations that sleep, and then, when their turn comes, would not wait, overflow, or sleep on. */
function inVain(b: Builder): Made | undefined {
  if (b.isFull || !b.once(4)) return undefined;
  const id = { result: b.steps.length };
  b.also(['semget', [IPC_PRIVATE, 2, 0o666]]);
  const [start, op, flags] = b.of([
    [0, -1, IPC_NOWAIT],
    [1, SEMVMX, 0],
    [0, -1, 0],
  ]);
  b.also(['semctl', [id, 1, SETVAL, start]]);
  sleeps(
    b,
    ['semop', [id, { memory: b.memory }, 2], { stores: operations(b, 0, -1, 0, 1, op, flags) }],
    0,
    false,
  );
  return ['semctl', [id, 0, SETVAL, 1]];
}

const operations = (b: Builder, ...shorts: readonly number[]): Store[] =>
  shorts.map((value, n) => ({ offset: b.memory + 2 * n, bytes: 2, value }));

function disturbed(sleep: Sleep): Kind {
  return (b) => {
    if (b.isFull || !b.once(6)) return undefined;
    const isKilled = !b.isInit && b.once(2);
    const isStranger = !isKilled && b.once(2);
    const made = { result: b.steps.length };
    b.also(sleep.makes);
    for (const step of sleep.before(made, b)) b.also(step);
    sleeps(b, sleep.call(made, b), isKilled ? CLONE_A_THREAD : 0, isStranger);
    if (isKilled) return killed(b);
    if (isStranger) b.also(sleep.forbid(made, b));
    return b.once(2) ? sleep.removal(made) : sleep.supply(made, b);
  };
}

/** A parent, killed while it waits for a child that lives on. */
function parent(b: Builder): Made | undefined {
  if (b.isInit || !b.hasRoomFor(2) || !b.once(8)) return undefined;
  const { child } = b.child(0);
  b.also(['fork', [], { child }]);
  sleeps(b, ['wait4', [-1, 0, 0, 0]], CLONE_A_THREAD, false);
  return killed(b);
}

/** By a task of its own, perhaps of another user. */
function sleeps(b: Builder, call: Made, flags: number, isStranger: boolean): void {
  const child = b.clones(flags);
  if (isStranger) b.also(['setuid', [1000]], child);
  b.also(call, child);
  b.doubts();
}

function killed(b: Builder): Made {
  b.dies();
  return ['exit_group', [0]];
}

export const SLEEPERS: readonly Kind[] = [...SLEEPS.map(disturbed), parent, rivals, inVain];
