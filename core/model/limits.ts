// SPDX-License-Identifier: MIT
/** Bounds of the model kernel, all in one place; values of Linux 6.1 on x86-64. */

/**
 * PID_MAX_LIMIT: kernel.pid_max as 64-bit distributions set it, and since Linux 6.14, where each pid
 * namespace has its own, that of every new one.
 */
export const PID_MAX = 4194304;
/** Numbers that a wrapped-around allocation leaves to early boot. */
export const RESERVED_PIDS = 300;

/** Slots of an IPC type's IDR; an id is seq * IPCMNI + index. */
export const IPCMNI = 32768;
export const IPC_SEQ_MAX = 65536;
export const IPC_MIN_CYCLE = 64;
export const INT_MAX = 2147483647;

export const MSGMNI = 32000;
export const MSGMAX = 8192;
export const MSGMNB = 16384;
export const SEMMNI = 32000;
export const SEMMSL = 32000;
export const SEMOPM = 500;
export const SEMVMX = 32767;
export const SHMMNI = 4096;
export const SHMMIN = 1;

/** Highest number of a signal, and sizeof(sigset_t). */
export const NSIG = 64;
export const SIGSET_BYTES = 8;

export const NR_OPEN = 1024;
export const TASK_COMM_LEN = 16;
export const PATH_MAX = 4096;
/** MAX_NON_LFS, the s_maxbytes of procfs. */
export const MAX_BYTES = 2147483647;
export const KMALLOC_MAX_SIZE = 4194304;

/** A thread's own stretch of its address space. */
export const ARENA_BYTES = 0x1000000;
/** Attached shared memory starts here. */
export const SHM_BASE = 0x7f0000000000;
export const PAGE_BYTES = 4096;
