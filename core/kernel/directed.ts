// SPDX-License-Identifier: MIT
/**
 * What a directed call asks for, the same for all designs, and how it is refused.
 *
 * One table of errors, so that designs differ in how the argument travels and in nothing else. It
 * follows alloc_pid() of Linux 5.5 and later; eclone and the 2009 IPC patches said EBUSY where this
 * says EEXIST. Checked in this order, at the moment of use:
 *
 *   EFAULT   the argument can't be read
 *   EINVAL   it is malformed; more pids than namespace levels; a number out of range; an id whose
 *            index is beyond the limit; a pid other than 1 in a namespace that has no init yet
 *   EPERM    CAP_CHECKPOINT_RESTORE (or CAP_SYS_ADMIN) is missing where the id would be taken
 *   EEXIST   the id is taken, or the key already names an object
 *
 * A *ctl looks its object up before it looks at the state: an id that names none is EINVAL, one that
 * is somebody else's EPERM, as in the plain call.
 *
 * Unlike mainline's *_next_id, a taken id is an error and never the next free one.
 */
import type { Syscall, SyscallName } from './syscall.ts';

/**
 * Kinds of wanted data with their numbers in binary interfaces. Open: a design that directs one
 * more call adds a kind. Values are integers, in this order:
 *
 *   pid        one number a pid namespace level, innermost first; fewer than the task has levels
 *              leave the outer ones to the kernel; 0 is refused
 *   msg, sem, shm   the id
 *   msg_state  lspid, lrpid, stime, rtime, ctime       (with msgctl IPC_SET)
 *   sem_state  otime, ctime, the last pid of each semaphore (with semctl IPC_SET)
 *   shm_state  cpid, lpid, atime, dtime, ctime         (with shmctl IPC_SET)
 *   timer      the id
 *
 * Pids in a state are numbers in the caller's pid namespace, 0 for none.
 */
export interface WantKinds {
  pid: 1;
  msg: 2;
  sem: 3;
  shm: 4;
  msg_state: 5;
  sem_state: 6;
  shm_state: 7;
  timer: 8;
}

export type WantKind = keyof WantKinds;

export const WANT_NUMBERS: Readonly<WantKinds> = {
  pid: 1,
  msg: 2,
  sem: 3,
  shm: 4,
  msg_state: 5,
  sem_state: 6,
  shm_state: 7,
  timer: 8,
};

/** The extra argument itself. Frozen data, so that a task field can hold it. */
export interface Want {
  readonly kind: WantKind;
  readonly values: readonly number[];
  /** Privilege was tested when it was set: nobody asks again at its use. */
  readonly granted?: true;
}

/** MAX_PID_NS_LEVEL of Linux; also the most pids that an argument may carry. */
export const MAX_PID_NS_LEVEL = 32;

/** Most values an argument may carry: two times and a pid for each of SEMMSL semaphores. */
export const MAX_WANT_VALUES = 2 + 32000;

/** Reads a kind's number; null for one that nobody knows. */
export function wantKind(number: number): WantKind | null {
  for (const kind of Object.keys(WANT_NUMBERS) as WantKind[]) {
    if (WANT_NUMBERS[kind] === number) return kind;
  }
  return null;
}

/** Calls that understand a wanted id or state, with the kind that each understands. */
export const UNDERSTANDS = {
  fork: 'pid',
  clone: 'pid',
  msgget: 'msg',
  semget: 'sem',
  shmget: 'shm',
  msgctl: 'msg_state',
  semctl: 'sem_state',
  shmctl: 'shm_state',
  timer_create: 'timer',
} as const satisfies Partial<Record<SyscallName, WantKind>>;

export type DirectableName = keyof typeof UNDERSTANDS;

export const DIRECTABLE = Object.keys(UNDERSTANDS) as readonly DirectableName[];

export type Directable = Syscall<DirectableName>;
