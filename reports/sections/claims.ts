// SPDX-License-Identifier: MIT
/** The claims of the thread: answered first, then what is not measured yet. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Claim } from '../result.ts';

const LABEL: Readonly<Record<Claim['verdict'], string>> = {
  supported: 'supported',
  refuted: 'REFUTED',
  depends: 'depends',
  'not a question of fact': 'no fact',
  'not measured yet': 'not yet',
};

export function claimSections(claims: readonly Claim[]): Section[] {
  const answered = claims.filter((claim) => claim.verdict !== 'not measured yet');
  const open = claims.filter((claim) => claim.verdict === 'not measured yet');
  return [
    {
      title: `CLAIMS OF THE THREAD: ${answered.length} of ${claims.length} answered`,
      lane: 'in brackets',
      blocks: [
        claimTable(answered),
        prose(
          'In brackets: the lanes that a verdict rests on, and which form of the designs it judges. ' +
            'no fact: not a question of fact; the figures are proxies for it.',
        ),
      ],
    },
    ...(open.length === 0
      ? []
      : [
          {
            title: 'CLAIMS NOT MEASURED YET, AND WHICH LANE WILL',
            lane: 'in brackets',
            blocks: [claimTable(open)],
          },
        ]),
  ];
}

function claimTable(claims: readonly Claim[]): Block {
  const rows = claims.flatMap(({ number, who, claim, verdict, evidence, lanes, form }) => {
    const judged = form === 'neither' ? lanes : [...lanes, form];
    return [
      [String(number), LABEL[verdict], `${claim} (${who})`],
      ['', '', `- ${evidence} [${judged.join(', ')}]`],
    ];
  });
  return table([right(''), left('verdict'), left('claim, and the figure behind')], rows, 2);
}
