// SPDX-License-Identifier: MIT
/** How far the model was compared with the kernel below. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Result } from '../result.ts';

export function conformanceSection(conformance: Result['conformance']): Section {
  const title = 'C  THE MODEL AGAINST THE KERNEL BELOW, CALL BY CALL';
  if (conformance.kind === 'not run') {
    return { title, lane: null, blocks: [prose(`Not run: ${conformance.reason}.`)] };
  }
  const { calls, scripts, seed, byCall, byErrno, mismatch, knownDifferences, schedules } =
    conformance;
  const made = Object.entries(byCall).sort(([a], [b]) => (a < b ? -1 : 1));
  const ended = Object.entries(byErrno).sort(([, a], [, b]) => b - a);
  return {
    title,
    lane: 'host',
    blocks: [
      prose(
        `${calls} calls in ${scripts} generated scripts (seed ${seed}): ` +
          `${mismatch === null ? 'no mismatch' : 'A MISMATCH'}. Compared are results, errnos, what ` +
          'calls wrote to memory, whether they slept, and what is left: every task (numbers, group ' +
          'and session at each level, state, name), and of each namespace the hints and the state ' +
          'of every object. Times are compared by whether they are 0, ' +
          'addresses of shmat not at all.',
      ),
      ...(mismatch === null ? [] : mismatch.map(prose)),
      table(
        [left('call'), right('made'), left('call'), right('made'), left('call'), right('made')],
        inThrees(made),
      ),
      prose(`How they ended: ${ended.map(([what, count]) => `${what} ${count}`).join(', ')}.`),
      ...scheduleBlocks(schedules),
      ...knownDifferences.map((text) => prose(`Known difference: ${text}`)),
    ],
  };
}

type Schedules = Extract<Result['conformance'], { kind: 'run' }>['schedules'];

function scheduleBlocks(rows: Schedules): Block[] {
  if (rows.length === 0) return [];
  return [
    prose(
      'Orders of system calls that the model finds in a scenario, each made on this kernel, by ' +
        'what needs nothing new of it. A race that the model sees should happen here in the same ' +
        'orders; all other interleavings differ only inside of calls, where none can be imposed.',
    ),
    table(
      [
        left('scenario'),
        left('by'),
        right('interleav.'),
        right('replayed'),
        right('mismatches'),
        right('failing'),
      ],
      rows.map(({ scenario, strategy, interleavings, replayed, isAll, mismatches, failing }) => [
        scenario,
        strategy,
        interleavings ?? '?',
        isAll ? String(replayed) : `${replayed} and more`,
        String(mismatches),
        String(failing),
      ]),
    ),
    ...rows.flatMap(({ firstMismatch }) => (firstMismatch ?? []).map(prose)),
    ...rows.map(({ strategy, replayed, isAll, mismatches, failing }) =>
      prose(
        `${strategy}: ${isAll ? `all ${replayed}` : `${replayed}, not all,`} replayed, ` +
          `${mismatches} ${mismatches === 1 ? 'mismatch' : 'mismatches'}; ${failing} fail here as on the model.`,
      ),
    ),
  ];
}

const inThrees = (entries: readonly (readonly [string, number])[]): string[][] =>
  Array.from({ length: Math.ceil(entries.length / 3) }, (_, row) =>
    [0, 1, 2].flatMap((column) => {
      const entry = entries[row * 3 + column];
      return entry === undefined ? ['', ''] : [entry[0], String(entry[1])];
    }),
  );
