// SPDX-License-Identifier: MIT
/** The claims of the thread: answered first, then what is not measured yet. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { Claim } from '../result.ts';

export const CLAIM_LABELS: Readonly<Record<Claim['verdict'], string>> = {
  supported: 'supported',
  refuted: 'REFUTED',
  depends: 'depends',
  'not a question of fact': 'no fact',
  'not measured yet': 'not yet',
};

export interface ClaimGroup {
  readonly title: string;
  readonly claims: readonly Claim[];
  readonly notes: readonly Block[];
}

/** In the order in which they are shown. */
export function claimGroups(claims: readonly Claim[]): ClaimGroup[] {
  const answered = claims.filter((claim) => claim.verdict !== 'not measured yet');
  const open = claims.filter((claim) => claim.verdict === 'not measured yet');
  return [
    {
      title: `CLAIMS OF THE THREAD: ${answered.length} of ${claims.length} answered`,
      claims: answered,
      notes: [
        prose(
          'In brackets: the lanes that a verdict rests on, and which form of the designs it judges. ' +
            'no fact: not a question of fact; the figures are proxies for it.',
        ),
      ],
    },
    ...(open.length === 0
      ? []
      : [{ title: 'CLAIMS NOT MEASURED YET, AND WHICH LANE WILL', claims: open, notes: [] }]),
  ];
}

export const claimSections = (claims: readonly Claim[]): Section[] =>
  claimGroups(claims).map(({ title, claims: of, notes }) => ({
    title,
    lane: 'in brackets',
    blocks: [claimTable(of), ...notes],
  }));

/** The lanes that a verdict rests on, and the form that it judges. */
export const judgedBy = ({ lanes, form }: Pick<Claim, 'lanes' | 'form'>): readonly string[] =>
  form === 'neither' ? lanes : [...lanes, form];

function claimTable(claims: readonly Claim[]): Block {
  const rows = claims.flatMap((row) => {
    const { number, who, claim, verdict, evidence } = row;
    return [
      [String(number), CLAIM_LABELS[verdict], `${claim} (${who})`],
      ['', '', `- ${evidence} [${judgedBy(row).join(', ')}]`],
    ];
  });
  return table([right(''), left('verdict'), left('claim, and the figure behind')], rows, 2);
}
