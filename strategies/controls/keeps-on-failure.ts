// SPDX-License-Identifier: MIT
/**
 * Control, expected to fail: the setter, whose field is cleared only by a call that succeeds. What a
 * failed call leaves behind, the next one of its kind takes, and so does a caller that does not know
 * of it. Mainline's *_next_id do so where a call fails before it allocates.
 */
import type { Strategy } from '../../core/kernel/strategy.ts';
import { putBack, takenByTheCall } from '../fields/next-syscall-data.ts';
import { setter } from '../setter.ts';

export const keepsOnFailure: Strategy = {
  ...setter,
  name: 'keeps-on-failure',
  order: 104,
  summary: 'as setter, but a call that fails leaves the value to the next one',
  kind: 'control',
  form: 'as named',
  kernel: { ...setter.kernel, asked: { ...takenByTheCall, failed: putBack } },
};
