// SPDX-License-Identifier: MIT
/** Users, groups and capabilities: dropped, regained, asked for. */
import {
  CAP_CHECKPOINT_RESTORE,
  CAP_IPC_OWNER,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  CAPABILITY_VERSION_1,
  CAPABILITY_VERSION_2,
  CAPABILITY_VERSION_3,
} from '../../../core/kernel/flags.ts';
import { CAP_EMPTY_SET, CAP_FULL_SET, type CapabilitySet } from '../../../core/model/cred.ts';
import type { Load, ScriptCall, Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';

export const USERS = [0, 0, 1000, 1000, 1000, 1001, 1001, -1];
/** What the id is set to that decides most: -1 leaves it. */
const TO = [-1, 1000, 0, 1001, -2];

const VERSIONS = [
  ...[CAPABILITY_VERSION_3, CAPABILITY_VERSION_3, CAPABILITY_VERSION_3, CAPABILITY_VERSION_3],
  ...[CAPABILITY_VERSION_2, CAPABILITY_VERSION_1, 0],
];
const OWNERS = [0, 0, 0, 0, 1, 2, 3, -1, 99];
const SETS: readonly CapabilitySet[] = [
  CAP_FULL_SET,
  CAP_EMPTY_SET,
  [-1, -1],
  without(CAP_SYS_ADMIN),
  without(CAP_IPC_OWNER),
  [1 << CAP_SETUID, 0],
  [1 << CAP_SYS_ADMIN, 0],
  [0, 1 << (CAP_CHECKPOINT_RESTORE - 32)],
];

function without(capability: number): CapabilitySet {
  return [~(1 << capability), CAP_FULL_SET[1]];
}

const asks = ['getuid', 'geteuid', 'getgid', 'getegid'] as const satisfies readonly ScriptCall[];

const setsTwo =
  (call: 'setreuid' | 'setregid'): Kind =>
  (b) => [call, [b.of(TO), b.of(TO)]];

const setsThree =
  (call: 'setresuid' | 'setresgid'): Kind =>
  (b) => [call, [b.of(TO), b.of(TO), b.of(TO)]];

/** The way to drop privileges for a while: the saved id stays. */
const setsEffective =
  (call: 'setresuid' | 'setresgid'): Kind =>
  (b) => [call, [-1, b.of([1000, 0]), -1]];

function getsThree(call: 'getresuid' | 'getresgid'): Kind {
  return (b) => {
    const at = [0, 4, 8].map((offset) => b.memory + offset);
    const loads = at.map((offset, n): Load => ({ name: `id${n}`, offset, bytes: 4, as: 'number' }));
    return [call, at.map((offset) => (b.once(15) ? BAD_ADDRESS : { memory: offset })), { loads }];
  };
}

const header = (b: Builder): Store[] => [
  { offset: b.memory, bytes: 4, value: b.of(VERSIONS) },
  { offset: b.memory + 4, bytes: 4, value: b.of(OWNERS) },
];

/** The version that the kernel puts right, then both words of each set. */
const loadsOf = (at: number): Load[] =>
  ['version', 'pid', 'effective', 'permitted', 'inheritable', 'effective1', 'permitted1'].map(
    (name, n) => ({ name, offset: at + 4 * n, bytes: 4, as: 'number' }),
  );

function capget(b: Builder): Made {
  const data = b.once(4) ? b.of([0, BAD_ADDRESS]) : { memory: b.memory + 8 };
  const at = b.once(4) ? BAD_ADDRESS : { memory: b.memory };
  return ['capget', [at, data], { stores: header(b), loads: loadsOf(b.memory) }];
}

function capset(b: Builder): Made {
  const permitted = b.once(3) ? b.of(SETS) : CAP_FULL_SET;
  const effective = b.once(3) ? permitted : b.of(SETS);
  const inheritable = b.once(4) ? b.of(SETS) : CAP_EMPTY_SET;
  const words = [0, 1].flatMap((word) =>
    [effective, permitted, inheritable].map((set) => set[word] ?? 0),
  );
  const stores = words.map(
    (value, n): Store => ({ offset: b.memory + 8 + 4 * n, bytes: 4, value }),
  );
  const data = b.once(12) ? BAD_ADDRESS : { memory: b.memory + 8 };
  return ['capset', [{ memory: b.memory }, data], { stores: [...header(b), ...stores] }];
}

export const CREDENTIALS: readonly Kind[] = [
  (b) => ['setuid', [b.of(USERS)]],
  (b) => ['setgid', [b.of(USERS)]],
  (b) => [b.of(asks), []],
  setsTwo('setreuid'),
  setsTwo('setregid'),
  setsThree('setresuid'),
  setsThree('setresgid'),
  setsEffective('setresuid'),
  setsEffective('setresuid'),
  setsEffective('setresgid'),
  getsThree('getresuid'),
  getsThree('getresgid'),
  capget,
  capset,
  capset,
];
