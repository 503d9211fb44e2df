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

type Field = readonly [name: string, offset: number, bytes: number];

const layout = (name: string, bytes: number, fields: readonly Field[]): Layout => ({
  name,
  bytes,
  fields: fields.map(([field, offset, size]) => ({ name: field, offset, bytes: size })),
});

/** struct ipc64_perm, 48 bytes of it. */
const IPC_PERM: readonly Field[] = [
  ['key', 0, 4],
  ['uid', 4, 4],
  ['gid', 8, 4],
  ['cuid', 12, 4],
  ['cgid', 16, 4],
  ['mode', 20, 4],
  ['seq', 24, 2],
];

/** struct msqid64_ds; here and below, members that Linux leaves unused are left out. */
export const MSQID_DS = layout('msqid64_ds', 120, [
  ...IPC_PERM,
  ['stime', 48, 8],
  ['rtime', 56, 8],
  ['ctime', 64, 8],
  ['cbytes', 72, 8],
  ['qnum', 80, 8],
  ['qbytes', 88, 8],
  ['lspid', 96, 4],
  ['lrpid', 100, 4],
]);

/** struct semid64_ds of x86-64. */
export const SEMID_DS = layout('semid64_ds', 104, [
  ...IPC_PERM,
  ['otime', 48, 8],
  ['ctime', 64, 8],
  ['nsems', 80, 8],
]);

/** struct shmid64_ds. */
export const SHMID_DS = layout('shmid64_ds', 112, [
  ...IPC_PERM,
  ['segsz', 48, 8],
  ['atime', 56, 8],
  ['dtime', 64, 8],
  ['ctime', 72, 8],
  ['cpid', 80, 4],
  ['lpid', 84, 4],
  ['nattch', 88, 8],
]);

/** struct kernel_sigaction. */
export const SIGACTION = layout('sigaction', 32, [
  ['handler', 0, 8],
  ['flags', 8, 8],
  ['restorer', 16, 8],
  ['mask', 24, 8],
]);
/** struct clone_args, as far as Linux 5.7 had it. */
export const CLONE_ARGS = layout('clone_args', 88, [
  ['flags', 0, 8],
  ['pidfd', 8, 8],
  ['child_tid', 16, 8],
  ['parent_tid', 24, 8],
  ['exit_signal', 32, 8],
  ['stack', 40, 8],
  ['stack_size', 48, 8],
  ['tls', 56, 8],
  ['set_tid', 64, 8],
  ['set_tid_size', 72, 8],
  ['cgroup', 80, 8],
]);
/** As it was at first, without set_tid and cgroup. */
export const CLONE_ARGS_SIZE_VER0 = 64;

/** struct sembuf: three numbers of two bytes. */
export const SEMBUF_BYTES = 6;
