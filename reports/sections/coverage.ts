// SPDX-License-Identifier: MIT
/** Which branches of the model the comparison reached, and which it did not, by reason. */
import { type Block, left, prose, right, table } from '../document.ts';
import type { Compared } from '../result.ts';

/** The most places that are named; a longer run leaves fewer, and the JSON has them all. */
const MOST_NAMED = 12;

function few(places: readonly string[]): string {
  if (places.length === 0) return 'none';
  const more = places.length - MOST_NAMED;
  const named = places.slice(0, MOST_NAMED).join('; ');
  return more > 0
    ? `${named}; and ${more} more (the JSON has all; sideband linux host --calls reaches more)`
    : named;
}

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
    prose(`Not reached, though a script could: ${few(byChance)}.`),
    ...[...reasons].flatMap(([why, names]) =>
      why === null ? [] : [prose(`${why}: branches of ${names.join(', ')}.`)],
    ),
  ];
}
