// SPDX-License-Identifier: MIT
/**
 * Credentials: real, effective and saved ids of user and group, after kernel/sys.c and
 * cap_emulate_setxuid() of Linux 6.1. They are a thread's own, as the system calls have it and libc
 * does not. Leaving root by the effective id alone hides the capabilities, and coming back shows
 * them again; leaving it by all three ids is for good. prepare_creds() comes before most questions of
 * privilege, so that want of memory is found first.
 *
 * Left out: file system ids, which without setfsuid() are the effective ones; supplementary groups;
 * securebits; limits of a user; ids that a user namespace does not map.
 */
import { fail } from '../kernel/errno.ts';
import { CAP_LAST_CAP, CAP_SETGID, CAP_SETUID } from '../kernel/flags.ts';
import type { ModelKernel } from './kernel.ts';
import { capable, type Task } from './task.ts';

/** kernel_cap_t: two words of 32 bits, the low one first. */
export type CapabilitySet = readonly [low: number, high: number];

export const CAP_EMPTY_SET: CapabilitySet = [0, 0];
export const CAP_FULL_SET: CapabilitySet = [-1, 2 ** (CAP_LAST_CAP - 31) - 1];

export const isRaised = (set: CapabilitySet, capability: number): boolean =>
  (((capability < 32 ? set[0] : set[1]) >> (capability & 31)) & 1) === 1;

export const isSubset = (a: CapabilitySet, b: CapabilitySet): boolean =>
  (a[0] & ~b[0]) === 0 && (a[1] & ~b[1]) === 0;

/** struct cred; replaced as a whole. */
export interface Cred {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
  readonly gid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly permitted: CapabilitySet;
  readonly effective: CapabilitySet;
  readonly inheritable: CapabilitySet;
  /** Of its user namespace; 0 is the initial one. */
  readonly userNsLevel: number;
}

/** init_cred */
export const ROOT: Cred = {
  ...{ uid: 0, euid: 0, suid: 0, gid: 0, egid: 0, sgid: 0 },
  permitted: CAP_FULL_SET,
  effective: CAP_FULL_SET,
  inheritable: CAP_EMPTY_SET,
  userNsLevel: 0,
};

/** Users and groups have the same rules, for members of the same places. */
export const USER = { real: 'uid', effective: 'euid', saved: 'suid', needs: CAP_SETUID } as const;
export const GROUP = { real: 'gid', effective: 'egid', saved: 'sgid', needs: CAP_SETGID } as const;
type Ids = typeof USER | typeof GROUP;

/** Leaves an id as it is. */
const SAME = -1;

/** __sys_setuid() and __sys_setgid(): the privileged change all three ids. */
export function setId(kernel: ModelKernel, current: Task, ids: Ids, id: number): number {
  const old = current.cred.v;
  if (id < 0) return fail('EINVAL');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  if (capable(current, ids.needs)) {
    return commit(current, { [ids.real]: id, [ids.effective]: id, [ids.saved]: id });
  }
  if (id !== old[ids.real] && id !== old[ids.saved]) return fail('EPERM');
  return commit(current, { [ids.effective]: id });
}

/** __sys_setreuid() and __sys_setregid() */
export function setReId(
  kernel: ModelKernel,
  current: Task,
  ids: Ids,
  real: number,
  effective: number,
): number {
  if (real < SAME || effective < SAME) return fail('EINVAL');
  if (!kernel.allocates(current)) return fail('ENOMEM');
  const old = current.cred.v;
  const own = [old[ids.real], old[ids.effective]];
  const may = (id: number, among: readonly number[]) =>
    id === SAME || among.includes(id) || capable(current, ids.needs);
  if (!may(real, own) || !may(effective, [...own, old[ids.saved]])) return fail('EPERM');
  const to = effective === SAME ? old[ids.effective] : effective;
  const isNew = real !== SAME || (effective !== SAME && effective !== old[ids.real]);
  return commit(current, {
    [ids.real]: real === SAME ? old[ids.real] : real,
    [ids.effective]: to,
    [ids.saved]: isNew ? to : old[ids.saved],
  });
}

/** __sys_setresuid() and __sys_setresgid() */
export function setResId(
  kernel: ModelKernel,
  current: Task,
  ids: Ids,
  ...wanted: readonly [real: number, effective: number, saved: number]
): number {
  if (wanted.some((id) => id < SAME)) return fail('EINVAL');
  const old = current.cred.v;
  const own = [old[ids.real], old[ids.effective], old[ids.saved]];
  const isFree = wanted.every((id) => id === SAME || own.includes(id));
  if (!isFree && !capable(current, ids.needs)) return fail('EPERM');
  if (wanted.every((id, n) => id === SAME || id === own[n])) return 0;
  if (!kernel.allocates(current)) return fail('ENOMEM');
  const [real, effective, saved] = wanted.map((id, n) => (id === SAME ? own[n] : id));
  return commit(current, {
    [ids.real]: real,
    [ids.effective]: effective,
    [ids.saved]: saved,
  });
}

/** getresuid() and getresgid(): three copies, of which the first may be done when a later faults. */
export function getResId(
  kernel: ModelKernel,
  current: Task,
  ids: Ids,
  ...addresses: readonly [real: number, effective: number, saved: number]
): number {
  const cred = current.cred.v;
  const own = [cred[ids.real], cred[ids.effective], cred[ids.saved]];
  const isPut = own.every((id, n) => kernel.copyToUser(current, addresses[n] ?? 0, 4, [id]));
  return isPut ? 0 : fail('EFAULT');
}

/** commit_creds(), with what a change of user does to capabilities. */
function commit(current: Task, changed: Partial<Cred>): number {
  const old = current.cred.v;
  const cred = emulateSetxuid({ ...old, ...changed }, old);
  if (cred.euid !== old.euid || cred.egid !== old.egid) current.mm.dumpable.v = false;
  current.cred.v = cred;
  return 0;
}

/** cap_emulate_setxuid() */
function emulateSetxuid(changed: Cred, old: Cred): Cred {
  const isRoot = ({ uid, euid, suid }: Cred) => uid === 0 || euid === 0 || suid === 0;
  let { permitted, effective } = changed;
  if (isRoot(old) && !isRoot(changed)) permitted = CAP_EMPTY_SET;
  if (old.euid === 0 && changed.euid !== 0) effective = CAP_EMPTY_SET;
  if (isRoot(old) && !isRoot(changed)) effective = CAP_EMPTY_SET;
  if (old.euid !== 0 && changed.euid === 0) effective = permitted;
  return { ...changed, permitted, effective };
}
