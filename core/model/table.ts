// SPDX-License-Identifier: MIT
/**
 * The system call table of plain Linux. A call that understands a wanted id or state asks for one
 * first, if the loaded design has such a question; the rest is in the subsystems' files.
 */
import type { Steps } from '../explore/thread.ts';
import { AT_FDCWD, IPC_SET } from '../kernel/flags.ts';
import type { LinuxSyscalls, SyscallName, SyscallTable } from '../kernel/syscall.ts';
import { capget, capset } from './capability.ts';
import { clone3 } from './clone3.ts';
import { GROUP, getResId, setId, setReId, setResId, USER } from './cred.ts';
import { execve } from './exec.ts';
import { doExit, exitGroup, exitStatus, wait4 } from './exit.ts';
import { close, dup, dup2, lseek, read, write } from './file.ts';
import { flock } from './flock.ts';
import { kernelClone } from './fork.ts';
import type { ModelKernel } from './kernel.ts';
import { doMsgctl, doMsgget, msgrcv, msgsnd } from './msg.ts';
import { openat } from './open.ts';
import { pidfdGetfd, pidfdOpen } from './pidfd.ts';
import { seccomp } from './seccomp.ts';
import { doSemctl, doSemget, semop } from './sem.ts';
import { getpgid, getpid, getppid, getsid, gettid, prctl, setpgid, setsid } from './session.ts';
import { setns } from './setns.ts';
import { doShmctl, doShmget, shmat, shmdt } from './shm.ts';
import { pause, rtSigaction, rtSigprocmask, sysKill, tgkill } from './signal.ts';
import type { Task } from './task.ts';
import { timerCreate, timerDelete } from './timer.ts';
import { unshare } from './unshare.ts';

/** A handler without preemption points may return its result at once. */
export type Handler<N extends SyscallName> = (
  kernel: ModelKernel,
  current: Task,
  ...args: SyscallTable[N]
) => Steps<number> | number;

export const PLAIN_LINUX: { readonly [N in keyof LinuxSyscalls]: Handler<N> } = {
  fork: (kernel, current, program) =>
    kernel.directable(current, 'pid', (want) =>
      kernelClone(kernel, current, { flags: 0, program }, want),
    ),
  clone: (kernel, current, flags, program) =>
    kernel.directable(current, 'pid', (want) =>
      kernelClone(kernel, current, { flags, program }, want),
    ),
  clone3,
  execve,
  unshare,
  exit: (kernel, current, code) => doExit(kernel, current, exitStatus(code)),
  exit_group: (kernel, current, code) => exitGroup(kernel, current, exitStatus(code)),
  wait4,
  pause: (_kernel, current) => pause(current),
  kill: sysKill,
  tgkill,
  rt_sigaction: rtSigaction,
  rt_sigprocmask: rtSigprocmask,
  getpid: (_kernel, current) => getpid(current),
  gettid: (_kernel, current) => gettid(current),
  getppid: (_kernel, current) => getppid(current),
  setsid,
  getsid,
  setpgid,
  getpgid,
  getuid: (_kernel, current) => current.cred.v.uid,
  geteuid: (_kernel, current) => current.cred.v.euid,
  getgid: (_kernel, current) => current.cred.v.gid,
  getegid: (_kernel, current) => current.cred.v.egid,
  setuid: (kernel, current, uid) => setId(kernel, current, USER, uid),
  setgid: (kernel, current, gid) => setId(kernel, current, GROUP, gid),
  setreuid: (kernel, current, ...to) => setReId(kernel, current, USER, ...to),
  setregid: (kernel, current, ...to) => setReId(kernel, current, GROUP, ...to),
  setresuid: (kernel, current, ...to) => setResId(kernel, current, USER, ...to),
  setresgid: (kernel, current, ...to) => setResId(kernel, current, GROUP, ...to),
  getresuid: (kernel, current, ...at) => getResId(kernel, current, USER, ...at),
  getresgid: (kernel, current, ...at) => getResId(kernel, current, GROUP, ...at),
  capget,
  capset,
  prctl,
  timer_create: (kernel, current, clock, event, address) =>
    kernel.directable(current, 'timer', (want) =>
      timerCreate(kernel, current, clock, event, address, want),
    ),
  timer_delete: timerDelete,
  msgget: (kernel, current, key, flags) =>
    kernel.directable(current, 'msg', (want) => doMsgget(kernel, current, key, flags, want)),
  msgsnd,
  msgrcv,
  msgctl: (kernel, current, id, command, address) =>
    command === IPC_SET
      ? kernel.directable(current, 'msg_state', (want) =>
          doMsgctl(kernel, current, id, command, address, want),
        )
      : doMsgctl(kernel, current, id, command, address, null),
  semget: (kernel, current, key, nsems, flags) =>
    kernel.directable(current, 'sem', (want) => doSemget(kernel, current, key, nsems, flags, want)),
  semop,
  semctl: (kernel, current, id, semnum, command, argument) =>
    command === IPC_SET
      ? kernel.directable(current, 'sem_state', (want) =>
          doSemctl(kernel, current, id, semnum, command, argument, want),
        )
      : doSemctl(kernel, current, id, semnum, command, argument, null),
  shmget: (kernel, current, key, bytes, flags) =>
    kernel.directable(current, 'shm', (want) => doShmget(kernel, current, key, bytes, flags, want)),
  shmat,
  shmdt,
  shmctl: (kernel, current, id, command, address) =>
    command === IPC_SET
      ? kernel.directable(current, 'shm_state', (want) =>
          doShmctl(kernel, current, id, command, address, want),
        )
      : doShmctl(kernel, current, id, command, address, null),
  open: (kernel, current, ...args) => openat(kernel, current, AT_FDCWD, ...args),
  openat,
  read,
  write,
  lseek,
  close,
  dup,
  dup2,
  pidfd_open: pidfdOpen,
  pidfd_getfd: pidfdGetfd,
  setns,
  flock,
  seccomp,
};
