// SPDX-License-Identifier: MIT
/** Proof that the checks and scenarios can fail: what each rejects. */
import { type Block, left, prose, type Section, table } from '../document.ts';
import { fails } from '../hazards.ts';
import type { Measured, RaceRow } from '../result.ts';

type Mutants = Measured['mutants'];

/** M: designs and kernels with a defect each, by the check or scenario that rejects them. */
export function mutantSection(mutants: Mutants, races: readonly RaceRow[]): Section[] {
  if (mutants.length === 0) return [];
  const rejected = mutants.filter(({ killedBy }) => killedBy.length > 0).length;
  const names = [...new Set(mutants.flatMap(({ killedBy }) => killedBy))];
  const scenarios = [...new Set(races.map(({ scenario }) => scenario))];
  const number = (name: string) => `M${names.indexOf(name) + 1}`;
  return [
    {
      title: `M  DEFECTS THAT WERE SEEDED: ${rejected} of ${mutants.length} rejected`,
      lane: 'model',
      blocks: [
        prose(
          'A check is no better than what it rejects. Each line is a design or a kernel with one ' +
            'defect, beside the check or scenario that was written for it, which passes what the ' +
            'mutant was made of. Checks are run here as briefly as will do, in generated programs ' +
            'and schedules drawn from a fixed seed; npm test tries each of them on each mutant.',
        ),
        ...(['strategy', 'kernel'] as const).map((of) => mutantTable(mutants, of, number)),
        {
          kind: 'points',
          points: names.map((name) => [
            number(name),
            scenarios.includes(name) ? `scenario ${name} (S0)` : name,
          ]),
        },
        ...witnesses(mutants, races, scenarios),
      ],
    },
  ];
}

function mutantTable(
  mutants: Mutants,
  of: Mutants[number]['of'],
  number: (name: string) => string,
): Block {
  const rows = mutants.filter((mutant) => mutant.of === of);
  return table(
    [left(of === 'strategy' ? 'defect of a design' : 'defect of a kernel'), left('rejected by')],
    rows.map(({ mutant, killedBy }) => [mutant, killedBy.map(number).join(', ') || 'NOTHING']),
    0,
  );
}

/** A scenario that nothing fails would ask nothing. */
function witnesses(mutants: Mutants, races: readonly RaceRow[], scenarios: string[]): Block[] {
  // Without the controls not much fails, and it says nothing about the scenarios.
  if (!races.some(({ kind }) => kind === 'control')) return [];
  const failed = new Set(races.filter(fails).map(({ scenario }) => scenario));
  const rejecting = new Set(mutants.flatMap(({ killedBy }) => killedBy));
  const byMutant = scenarios.filter((name) => !failed.has(name) && rejecting.has(name));
  const byNone = scenarios.filter((name) => !failed.has(name) && !rejecting.has(name));
  const said =
    `Of ${scenarios.length} scenarios ${failed.size} are failed by some strategy under S, and ` +
    `${byMutant.length} by a mutant alone`;
  return [
    prose(
      byNone.length === 0 ? `${said}.` : `${said}. SHOWN TO FAIL BY NOTHING: ${byNone.join(', ')}.`,
    ),
  ];
}
