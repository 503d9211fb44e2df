// SPDX-License-Identifier: MIT
/** A caller half of a design that does not direct everything. */
import type { WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { CallerHalf } from '../../core/kernel/strategy.ts';

/** Makes no call for what can't be asked for: -ENOSYS, as for a call that does not exist. */
export const only = (directs: readonly WantKind[], half: CallerHalf): CallerHalf => ({
  ...half,
  *direct(me, want, call, prepared) {
    if (!directs.includes(want.kind)) return fail('ENOSYS');
    return yield* half.direct(me, want, call, prepared);
  },
});
