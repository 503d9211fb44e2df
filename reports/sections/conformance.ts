// SPDX-License-Identifier: MIT
/** How far the model was compared with the kernel below. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Result } from '../result.ts';

type Conformance = Extract<Result['conformance'], { kind: 'run' }>;

export function conformanceSection(conformance: Result['conformance']): Section {
  const title = 'C  THE MODEL AGAINST THE KERNEL BELOW, CALL BY CALL';
  if (conformance.kind === 'not run') {
    return { title, lane: null, blocks: [prose(`Not run: ${conformance.reason}.`)] };
  }
  const { calls, scripts, seed, byCall, byErrno, branches, mismatch, knownDifferences } =
    conformance;
  const made = Object.entries(byCall).sort(([a], [b]) => (a < b ? -1 : 1));
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
        [left('call'), right('made'), right('success'), left('else')],
        made.map(([call, times]) => {
          const { success = 0, ...others } = byErrno[call] ?? {};
          return [call, String(times), String(success), mostFirst(others)];
        }),
        3,
      ),
      ...reached(branches),
      ...knownDifferences.map((text) => prose(`Not compared: ${text}`)),
    ],
  };
}

const mostFirst = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${what} ${times}`)
    .join(', ');

/** Which branches of the model the scripts reached, and which they did not, by reason. */
function reached(files: Conformance['branches']): Block[] {
  const reasons = new Map<string | null, string[]>([[null, []]]);
  for (const { file, unreached } of files) {
    for (const { line, function: name, branch, why } of unreached) {
      const place = why === null ? `${file}:${line} ${name}` : name;
      const text = branch === null || why !== null ? place : `${place}, ${branch}`;
      const names = reasons.get(why) ?? [];
      if (!names.includes(text)) reasons.set(why, [...names, text]);
    }
  }
  const byChance = reasons.get(null) ?? [];
  return [
    table(
      [
        left('core/model'),
        right('branches'),
        right('reached'),
        right('functions'),
        right('reached'),
      ],
      files.map(({ file, branches, functions }) => [
        file,
        ...[branches.all, branches.reached, functions.all, functions.reached].map(String),
      ]),
    ),
    prose(
      `Not reached, though a script could: ${byChance.length === 0 ? 'none' : byChance.join('; ')}.`,
    ),
    ...[...reasons].flatMap(([why, names]) =>
      why === null ? [] : [prose(`${why}: branches of ${names.join(', ')}.`)],
    ),
  ];
}
