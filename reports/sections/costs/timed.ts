// SPDX-License-Identifier: MIT
/** I9: the rows that stand for all, in nanoseconds of hardware that runs guests. */
import type { TimedCalls } from '../../../bench/guest/timed.ts';
import { shortCall } from '../../costs.ts';
import { left, prose, right, type Section, table } from '../../document.ts';

export function timedSection(timed: TimedCalls): Section {
  const title = 'I9  THE SAME IN NANOSECONDS';
  if (timed.kind === 'not run') {
    const why = `Not timed: ${timed.reason}. It takes a machine that can run a guest by hardware.`;
    return { title, lane: 'guest, timed', blocks: [prose(why)] };
  }
  const rows = timed.rows.map(({ call, by, beyond }) =>
    beyond === null
      ? [shortCall(call), by, 'too few blocks', '']
      : [
          ...[shortCall(call), by, beyond.estimate.toFixed(0)],
          `[${beyond.low.toFixed(0)}, ${beyond.high.toFixed(0)}]`,
        ],
  );
  return {
    title,
    lane: 'guest, timed',
    blocks: [
      prose(
        `What a directed call takes beyond the floor, by ${timed.blocks} boots of each kernel with ` +
          'hardware virtualisation, on this machine: an estimate (Hodges-Lehmann) and its interval ' +
          '(95 %, exact signed-rank), of differences within blocks.',
      ),
      table([left('call'), left('by'), right('ns'), right('interval')], rows),
    ],
  };
}
