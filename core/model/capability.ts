// SPDX-License-Identifier: MIT
/**
 * Capability sets and the calls that read and set them, after kernel/capability.c and cap_capset()
 * of Linux 6.1: permitted, effective, inheritable. A privilege is asked of the effective set alone;
 * capset() gives up what is permitted for good, and what is effective until it is wanted again.
 *
 * Left out: the ambient set and the bounding set, which is full; other user namespaces.
 */
import { fail } from '../kernel/errno.ts';
import {
  CAP_SETPCAP,
  CAPABILITY_VERSION_1,
  CAPABILITY_VERSION_2,
  CAPABILITY_VERSION_3,
} from '../kernel/flags.ts';
import { CAP_FULL_SET, type CapabilitySet, isSubset } from './cred.ts';
import type { ModelKernel } from './kernel.ts';
import { findPidNs, pidNrNs } from './pid.ts';
import { capable, type Task } from './task.ts';

const combined = (a: CapabilitySet, b: CapabilitySet): CapabilitySet => [a[0] | b[0], a[1] | b[1]];

/** Words of each set that a header's version has. */
const WORDS = new Map([
  [CAPABILITY_VERSION_1, 1],
  [CAPABILITY_VERSION_2, 2],
  [CAPABILITY_VERSION_3, 2],
]);

/** cap_validate_magic(): words to copy, or -errno; a header of no known version is put right. */
function validateMagic(kernel: ModelKernel, current: Task, header: number): number {
  const version = kernel.copyFromUser(current, header, 4, 1, 'call')?.[0];
  if (version === undefined) return fail('EFAULT');
  const words = WORDS.get(version);
  if (words !== undefined) return words;
  const isPut = kernel.copyToUser(current, header, 4, [CAPABILITY_VERSION_3]);
  return fail(isPut ? 'EINVAL' : 'EFAULT');
}

export function capget(kernel: ModelKernel, current: Task, header: number, data: number): number {
  const words = validateMagic(kernel, current, header);
  // This is how a caller asks which version to use.
  if (data === 0) return words === fail('EINVAL') || words > 0 ? 0 : words;
  if (words < 0) return words;
  const pid = kernel.copyFromUser(current, header + 4, 4, 1, 'call')?.[0];
  if (pid === undefined) return fail('EFAULT');
  if (pid < 0) return fail('EINVAL');
  kernel.ledger.locks++;
  const target = pid === 0 ? current : findPidNs(pid, current.activePidNs)?.task.v;
  if (target === undefined || target === null) return fail('ESRCH');
  const { effective, permitted, inheritable } = target.cred.v;
  const sets = [effective, permitted, inheritable];
  const shown = [...sets.map(([low]) => low), ...sets.map(([, high]) => high)];
  const isPut = kernel.copyToUser(current, data, 4, shown.slice(0, 3 * words));
  return isPut ? 0 : fail('EFAULT');
}

export function capset(kernel: ModelKernel, current: Task, header: number, data: number): number {
  const words = validateMagic(kernel, current, header);
  if (words < 0) return words;
  const pid = kernel.copyFromUser(current, header + 4, 4, 1, 'call')?.[0];
  if (pid === undefined) return fail('EFAULT');
  if (pid !== 0 && pid !== pidNrNs(current.pid.v, current.activePidNs)) return fail('EPERM');
  const given = kernel.copyFromUser(current, data, 4, 3 * words, 'call');
  if (given === null) return fail('EFAULT');
  const set = (at: number): CapabilitySet => [
    (given[at] ?? 0) & CAP_FULL_SET[0],
    (given[at + 3] ?? 0) & CAP_FULL_SET[1],
  ];
  if (!kernel.allocates(current)) return fail('ENOMEM');
  return capCapset(current, set(0), set(1), set(2));
}

/** cap_capset() */
function capCapset(
  current: Task,
  effective: CapabilitySet,
  permitted: CapabilitySet,
  inheritable: CapabilitySet,
): number {
  const old = current.cred.v;
  const isCapped = !capable(current, CAP_SETPCAP);
  const most = combined(old.inheritable, old.permitted);
  if (isCapped && !isSubset(inheritable, most)) return fail('EPERM');
  if (!isSubset(permitted, old.permitted)) return fail('EPERM');
  if (!isSubset(effective, permitted)) return fail('EPERM');
  current.cred.v = { ...old, effective, permitted, inheritable };
  return 0;
}
