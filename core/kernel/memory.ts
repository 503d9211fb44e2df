// SPDX-License-Identifier: MIT
/**
 * User memory: what system calls take and give by address. An address names a scalar, a number of
 * 1 to 8 bytes or a run of text, so that structures have their real offsets while a copy can fault
 * half-way and another thread can rewrite one member.
 */

export type Scalar = number | string;

/** Fields in order of offset; bytes in all. Structures as x86-64 lays them out. */
export interface Layout {
  readonly name: string;
  readonly bytes: number;
  readonly fields: readonly {
    readonly name: string;
    readonly offset: number;
    readonly bytes: number;
  }[];
}

/** An address space as a program sees its own. */
export interface UserMemory {
  /** Address of `bytes` fresh bytes of the calling thread's own. */
  allocate(bytes: number): number;
  /** @throws RangeError for an address that is not mapped: a fault of the program. */
  store(address: number, value: Scalar): void;
  load(address: number): Scalar;
}

/** Lays out `fields` (name, bytes) with C's alignment. */
export function layout(name: string, fields: readonly (readonly [string, number])[]): Layout {
  let offset = 0;
  const placed = fields.map(([field, bytes]) => {
    offset = Math.ceil(offset / bytes) * bytes;
    const at = { name: field, offset, bytes };
    offset += bytes;
    return at;
  });
  return { name, bytes: Math.ceil(offset / 8) * 8, fields: placed };
}

/** Stores text in fresh memory, with room for the byte that ends it in C; the address. */
export function putText(memory: UserMemory, text: string): number {
  const address = memory.allocate(text.length + 1);
  memory.store(address, text);
  return address;
}

/** Stores numbers of `bytes` bytes each in fresh memory, one after the other; the address. */
export function putNumbers(memory: UserMemory, bytes: number, values: readonly number[]): number {
  const address = memory.allocate(bytes * values.length);
  for (const [index, value] of values.entries()) memory.store(address + bytes * index, value);
  return address;
}

export function getNumbers(
  memory: UserMemory,
  address: number,
  bytes: number,
  count: number,
): number[] {
  return Array.from({ length: count }, (_, index) => Number(memory.load(address + bytes * index)));
}

/** Stores a structure in fresh memory; members that are not named are 0. */
export function putStruct(
  memory: UserMemory,
  { bytes, fields }: Layout,
  values: Readonly<Record<string, number>>,
): number {
  const address = memory.allocate(bytes);
  for (const { name, offset } of fields) memory.store(address + offset, values[name] ?? 0);
  return address;
}

export function getStruct(
  memory: UserMemory,
  address: number,
  { fields }: Layout,
): Record<string, number> {
  return Object.fromEntries(
    fields.map(({ name, offset }) => [name, Number(memory.load(address + offset))]),
  );
}

const IPC_PERM = [
  ['key', 4],
  ['uid', 4],
  ['gid', 4],
  ['cuid', 4],
  ['cgid', 4],
  ['mode', 4],
  ['seq', 4],
] as const;

/** struct msqid64_ds, the members that Linux fills. */
export const MSQID_DS = layout('msqid64_ds', [
  ...IPC_PERM,
  ['stime', 8],
  ['rtime', 8],
  ['ctime', 8],
  ['cbytes', 8],
  ['qnum', 8],
  ['qbytes', 8],
  ['lspid', 4],
  ['lrpid', 4],
]);

/** struct semid64_ds. */
export const SEMID_DS = layout('semid64_ds', [
  ...IPC_PERM,
  ['otime', 8],
  ['ctime', 8],
  ['nsems', 8],
]);

/** struct shmid64_ds. */
export const SHMID_DS = layout('shmid64_ds', [
  ...IPC_PERM,
  ['segsz', 8],
  ['atime', 8],
  ['dtime', 8],
  ['ctime', 8],
  ['cpid', 4],
  ['lpid', 4],
  ['nattch', 8],
]);

/** struct sembuf. */
export const SEMBUF = layout('sembuf', [
  ['num', 2],
  ['op', 2],
  ['flg', 2],
]);
/** semop's array has no padding between elements. */
export const SEMBUF_BYTES = 6;
