// SPDX-License-Identifier: MIT
/**
 * May one task look into another? __ptrace_may_access() of kernel/ptrace.c and
 * cap_ptrace_access_check() of Linux 6.1: threads of a group always may; others need the same ids in
 * all places and no more capabilities in the target than in themselves, or CAP_SYS_PTRACE. A target
 * that changed its credentials is not dumpable and takes privilege where its memory comes from; one
 * that died so, as Linux 6.18 remembers and 6.1 did not, takes it in the initial user namespace. Left
 * out: Yama and other security modules.
 */
import { CAP_SYS_PTRACE } from '../kernel/flags.ts';
import { isSubset } from './cred.ts';
import { capable, type Task } from './task.ts';

/** PTRACE_MODE_FSCREDS goes by what files are opened with, PTRACE_MODE_REALCREDS by who one is. */
export type PtraceCreds = 'file system' | 'real';

export function ptraceMayAccess(current: Task, target: Task, by: PtraceCreds): boolean {
  if (current.signal === target.signal) return true;
  const [mine, theirs] = [current.cred.v, target.cred.v];
  const [uid, gid, set] =
    by === 'real' ? [mine.uid, mine.gid, mine.permitted] : [mine.euid, mine.egid, mine.effective];
  const isPrivileged = capable(current, CAP_SYS_PTRACE);
  const isSame =
    [theirs.uid, theirs.euid, theirs.suid].every((id) => id === uid) &&
    [theirs.gid, theirs.egid, theirs.sgid].every((id) => id === gid);
  if (!isSame && !isPrivileged) return false;
  const isDead = target.isExiting.v;
  const isDumpable = isDead ? target.wasDumpable.v : target.mm.dumpable.v;
  const userNsLevel = isDead ? 0 : target.mm.userNsLevel.v;
  if (!isDumpable && !(isPrivileged && mine.userNsLevel <= userNsLevel)) return false;
  return isPrivileged || isSubset(theirs.permitted, set);
}
