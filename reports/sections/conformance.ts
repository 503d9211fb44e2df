// SPDX-License-Identifier: MIT
/** How far the model was compared with the kernel below. */
import { left, prose, right, type Section, table } from '../document.ts';
import type { Result } from '../result.ts';

export function conformanceSection(conformance: Result['conformance']): Section {
  const title = 'C  THE MODEL AGAINST THE KERNEL BELOW, CALL BY CALL';
  if (conformance.kind === 'not run') {
    return { title, lane: null, blocks: [prose(`Not run: ${conformance.reason}.`)] };
  }
  const { calls, scripts, seed, byCall, byErrno, mismatch, knownDifferences } = conformance;
  const made = Object.entries(byCall).sort(([a], [b]) => (a < b ? -1 : 1));
  const ended = Object.entries(byErrno).sort(([, a], [, b]) => b - a);
  return {
    title,
    lane: 'host',
    blocks: [
      prose(
        `${calls} calls in ${scripts} generated scripts (seed ${seed}): ` +
          `${mismatch === null ? 'no mismatch' : 'A MISMATCH'}. Compared are results, errnos, what ` +
          'calls wrote to memory, whether they slept, and every task that is left (numbers, group ' +
          'and session at each level, ids and capabilities, state, name). Times are compared by whether they are 0, ' +
          'addresses of shmat not at all.',
      ),
      ...(mismatch === null ? [] : mismatch.map(prose)),
      table(
        [left('call'), right('made'), left('call'), right('made'), left('call'), right('made')],
        inThrees(made),
      ),
      prose(`How they ended: ${ended.map(([what, count]) => `${what} ${count}`).join(', ')}.`),
      ...knownDifferences.map((text) => prose(`Not compared: ${text}`)),
    ],
  };
}

const inThrees = (entries: readonly (readonly [string, number])[]): string[][] =>
  Array.from({ length: Math.ceil(entries.length / 3) }, (_, row) =>
    [0, 1, 2].flatMap((column) => {
      const entry = entries[row * 3 + column];
      return entry === undefined ? ['', ''] : [entry[0], String(entry[1])];
    }),
  );
