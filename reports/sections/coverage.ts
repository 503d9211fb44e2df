// SPDX-License-Identifier: MIT
/** Which branches of the model the comparison reached, and which it did not, by reason. */
import { type Block, left, prose, right, table } from '../document.ts';
import type { Compared } from '../result.ts';

export function coverageBlocks(files: Compared['branches']): Block[] {
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
