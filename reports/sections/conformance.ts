// SPDX-License-Identifier: MIT
/** How far the model was compared with the kernel below. */
import { left, prose, right, type Section, table } from '../document.ts';
import type { Compared, Result } from '../result.ts';
import { coverageBlocks } from './coverage.ts';
import { scheduleBlocks } from './schedules.ts';

export function conformanceSection(conformance: Result['conformance']): Section {
  const title = 'C  THE MODEL AGAINST THE KERNEL BELOW, CALL BY CALL';
  if (conformance.kind === 'not run') {
    return { title, lane: null, blocks: [prose(`Not run: ${conformance.reason}.`)] };
  }
  const { byCall, byErrno, branches, mismatch, knownDifferences, schedules } = conformance;
  const made = Object.entries(byCall).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    title,
    lane: 'host',
    blocks: [
      prose(inShort(conformance)),
      ...(mismatch === null ? [] : mismatch.map(prose)),
      table(
        [left('call'), right('made'), right('success'), left('else')],
        made.map(([call, times]) => {
          const { success = 0, ...others } = byErrno[call] ?? {};
          return [call, String(times), String(success), mostFirst(others)];
        }),
        3,
      ),
      prose(
        'made: calls. else: errnos; asleep: it had not returned when its step was over; gone: nor ' +
          'does it ever, as its task is no more.',
      ),
      ...scheduleBlocks(schedules),
      ...coverageBlocks(branches),
      ...knownDifferences.map((text) => prose(`Not compared: ${text}`)),
    ],
  };
}

function inShort({ calls, scripts, seed, mismatch, reordered }: Compared): string {
  const free =
    reordered === 0
      ? ''
      : ` In ${reordered} scripts tasks that ran at the same time went in another order than the ` +
        "model's first, and it gives the same answer in that order.";
  return (
    `${calls} calls in ${scripts} generated scripts (seed ${seed}): ` +
    `${mismatch === null ? 'no mismatch' : 'A MISMATCH'}. Compared are results, errnos, what calls ` +
    'wrote to memory, whether they slept, which handlers ran, and what is left: every task (numbers, ' +
    'group and session at each level, ids and capabilities, signals, state, name), and of each ' +
    'namespace the hints and the state of every object. Numbers and ids are compared as they are: ' +
    'namespaces are fresh, so a kernel has no choice. Times are compared by whether they are 0, ' +
    `addresses of shmat not at all.${free}`
  );
}

const mostFirst = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${what} ${times}`)
    .join(', ');
