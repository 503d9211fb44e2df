// SPDX-License-Identifier: MIT
/** For tests: traces as text. */
import type { Execution } from './extensions.ts';

/** Which events happen before which: the same for equal traces, and for these alone. */
export const traceOf = (execution: Execution): string =>
  execution
    .map(({ thread, ordinal, clock }) => `${thread}${ordinal}<${[...clock].sort().join()}`)
    .sort()
    .join(' ');
