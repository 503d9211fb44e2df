// SPDX-License-Identifier: MIT
/** Proof that the certificate can fail: explorers with a rule broken. */
import { left, prose, right, type Section, table } from '../document.ts';
import type { Measured } from '../result.ts';
import { plural } from '../words.ts';

/** X: what is found of each defect, over random programs. */
export function explorerSection(explorers: Measured['explorers']): Section[] {
  const [first] = explorers;
  if (first === undefined) return [];
  const broken = explorers.filter(({ defect }) => defect !== null);
  const found = broken.filter(({ sums }) => sums > 0).length;
  return [
    {
      title: `X  DEFECTS OF THE EXPLORER: ${found} of ${broken.length} found`,
      lane: 'model',
      blocks: [
        prose(
          'A certificate is worth no more than what it finds. Each line is the search for traces ' +
            `with one of its rules broken, over ${plural(first.programs, 'random program')} of locks ` +
            `and accesses from seed ${first.seed}: in how many of them the linear extensions do not ` +
            'add up to the paths, a trace is seen twice, or deadlocks are missed.',
        ),
        table(
          [left('rule that is broken'), right('sums'), right('twice'), right('deadlocks')],
          explorers.map(({ defect, sums, twice, deadlocks }) => [
            defect ?? 'none',
            String(sums),
            String(twice),
            String(deadlocks),
          ]),
          0,
        ),
      ],
    },
  ];
}
