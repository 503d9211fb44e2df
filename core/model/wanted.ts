// SPDX-License-Identifier: MIT
/** What every subsystem refuses of a wanted id, and who may choose one. */
import type { Want } from '../kernel/directed.ts';
import { fail } from '../kernel/errno.ts';
import { CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN } from '../kernel/flags.ts';
import { INT_MAX } from './limits.ts';
import { capable, type Task } from './task.ts';

/** checkpoint_restore_ns_capable(), at use; or long ago, if the design tests at another time. */
export const mayChoose = (current: Task, { granted }: Want): boolean =>
  granted === true || capable(current, CAP_CHECKPOINT_RESTORE, CAP_SYS_ADMIN);

/** 0, or why no single id from 0 to INT_MAX can be had. Whether it is taken is for others to say. */
export function refuseId(current: Task, want: Want): number {
  const [id] = want.values;
  if (want.values.length !== 1 || id === undefined || id < 0 || id > INT_MAX) return fail('EINVAL');
  return mayChoose(current, want) ? 0 : fail('EPERM');
}
