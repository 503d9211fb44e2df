// SPDX-License-Identifier: MIT
/** Flags, commands and capabilities, as numbered by Linux (include/uapi/linux). */

// sched.h
export const CLONE_VM = 0x100;
export const CLONE_FS = 0x200;
export const CLONE_FILES = 0x400;
export const CLONE_SIGHAND = 0x800;
export const CLONE_PARENT = 0x8000;
export const CLONE_THREAD = 0x10000;
export const CLONE_SYSVSEM = 0x40000;
export const CLONE_NEWIPC = 0x08000000;
export const CLONE_NEWPID = 0x20000000;
/** What makes a thread, as far as it is modelled. */
export const CLONE_A_THREAD = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

// ipc.h, sem.h
export const IPC_PRIVATE = 0;
export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;
export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const GETPID = 11;
export const GETVAL = 12;
export const GETALL = 13;
export const SETVAL = 16;
export const SETALL = 17;

// shm.h
export const SHM_RDONLY = 0o10000;
export const SHM_DEST = 0o1000;

// wait.h, fcntl.h, fs.h, prctl.h, seccomp.h
export const WNOHANG = 1;
export const WALL = 0x40000000;
export const WCLONE = 0x80000000;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_CLOEXEC = 0o2000000;
export const AT_FDCWD = -100;
export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;
export const LOCK_MAND = 32;
export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const PR_SET_NAME = 15;
export const PR_SET_NO_NEW_PRIVS = 38;
export const PR_GET_NO_NEW_PRIVS = 39;
export const PR_TIMER_CREATE_RESTORE_IDS = 77;
export const PR_TIMER_CREATE_RESTORE_IDS_OFF = 0;
export const PR_TIMER_CREATE_RESTORE_IDS_ON = 1;
export const PR_TIMER_CREATE_RESTORE_IDS_GET = 2;

export const SECCOMP_SET_MODE_FILTER = 1;

// time.h
export const CLOCK_MONOTONIC = 1;

// signal.h
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGSEGV = 11;
export const SIGUSR2 = 12;
export const SIGTERM = 15;
export const SIGCHLD = 17;
export const SIGCONT = 18;
export const SIGSTOP = 19;
export const SIGURG = 23;
export const SIGWINCH = 28;
export const SIG_DFL = 0;
export const SIG_IGN = 1;
export const SA_NOCLDWAIT = 2;
export const SA_RESTORER = 0x04000000;
export const SA_RESTART = 0x10000000;
export const SA_NODEFER = 0x40000000;
export const SA_RESETHAND = 0x80000000;
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

// capability.h
export const CAP_DAC_OVERRIDE = 1;
export const CAP_KILL = 5;
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SETPCAP = 8;
export const CAP_IPC_OWNER = 15;
export const CAP_SYS_PTRACE = 19;
export const CAP_SYS_ADMIN = 21;
export const CAP_SYS_RESOURCE = 24;
export const CAP_CHECKPOINT_RESTORE = 40;
export const CAP_LAST_CAP = 40;
export const CAPABILITY_VERSION_1 = 0x19980330;
export const CAPABILITY_VERSION_2 = 0x20071026;
export const CAPABILITY_VERSION_3 = 0x20080522;

/** Files that can be executed, both root's: mode 0755, and 4755. */
export const EXECUTABLE = '/bin/agent';
export const SETUID_EXECUTABLE = '/bin/agent-setuid';
