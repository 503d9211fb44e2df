// SPDX-License-Identifier: MIT
/** Designs that a user brought in: what this suite's own designs are tested for by npm test. */
import { type Block, left, prose, type Section, table } from '../document.ts';
import type { Measured } from '../result.ts';
import { plural } from '../words.ts';

type Outside = NonNullable<Measured['outside']>[number];

/** K: the checks that each fails, and which of its hooks nothing here would miss. */
export function outsideSection(outside: Measured['outside'] = []): Section[] {
  if (outside.length === 0) return [];
  return [
    {
      title: 'K  DESIGNS FROM OUTSIDE, BY THE CHECKS THAT EVERY DESIGN MUST PASS',
      lane: 'model',
      blocks: [
        prose(
          'A check is a rule, tried by hand and in generated programs, by each caller half that can ' +
            'ask for what it asks for. A design is then tried without each of the hooks that it has, ' +
            'by the checks and scenarios that it passes: what nothing rejects is not needed, or not ' +
            'seen by anything here.',
        ),
        ...outside.flatMap(blocksOf),
      ],
    },
  ];
}

function blocksOf({ strategy, from, checks, leftOut }: Outside): Block[] {
  const failed = checks.filter(({ wrong }) => wrong !== null);
  const said =
    checks.length === 0
      ? 'no check asks for what it directs'
      : failed.length === 0
        ? `passes ${checks.length === 1 ? 'the one check' : `all ${checks.length} checks`}`
        : `fails ${failed.length} of ${plural(checks.length, 'check')}`;
  const without =
    leftOut.length === 0 ? '; it has calls alone, and no hook that could be left out' : '';
  return [
    prose(`${strategy} (${from}): ${said}${without}.`),
    ...(failed.length === 0
      ? []
      : [
          {
            kind: 'points' as const,
            points: failed.map(({ check, by, wrong }): [string, string] => [
              by,
              `${check}: ${wrong}`,
            ]),
          },
        ]),
    ...(leftOut.length === 0
      ? []
      : [
          table(
            [left(`${strategy}, when`), left('is rejected by')],
            leftOut.map(({ defect, killedBy }) => [defect, shown(killedBy)]),
            1,
          ),
        ]),
  ];
}

const shown = ([first, ...others]: readonly string[]): string =>
  first === undefined
    ? 'nothing'
    : `${first}${others.length === 0 ? '' : `, and ${others.length} more`}`;
