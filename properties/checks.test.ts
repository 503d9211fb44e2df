// SPDX-License-Identifier: MIT
/** Every best form passes every check, and every mutant is caught by one: neither is for show. */
import { describe, expect, it } from 'vitest';
import { type Design, isBestForm } from '../core/kernel/strategy.ts';
import { loadStrategies } from '../strategies/index.ts';
import { BRIEF, type Check, hasPart } from './check.ts';
import { allSchedulesWithSignals } from './checks/all-schedules.ts';
import { CHECKS, callers } from './checks.ts';
import { loadScenarios } from './index.ts';
import { checkTrial, MUTANTS, mutantMatrix, scenarioTrial } from './mutants/index.ts';

const scenarios = await loadScenarios();
const designs = (await loadStrategies()).filter(isBestForm);
const halves = designs.flatMap((strategy) =>
  callers(strategy).map(([name, caller]) => ({ name, design: { ...strategy, caller } })),
);

/** What a handler finds armed between the passes, it takes: the field designs have to fail. */
const isExposed = (check: Check, of: Design | null): boolean =>
  check === allSchedulesWithSignals && (of === 'procfs' || of === 'setter');

describe.each(CHECKS)('$name', (check) => {
  it.each(halves.filter(({ design }) => hasPart(check, design)))('by $name', ({ design, name }) => {
    const wrong = check.run(design);
    if (isExposed(check, design.of)) expect(wrong, name).not.toBeNull();
    else expect(wrong, name).toBeNull();
  });
});

describe('mutants', () => {
  const rows = mutantMatrix(
    MUTANTS,
    CHECKS.map((check) => checkTrial(check, BRIEF)),
  );

  it('are each rejected by a check or, where none sees it, by a scenario', () => {
    const unseen = rows.filter(({ killedBy }) => killedBy.length === 0).map((row) => row.mutant);
    const left = mutantMatrix(
      MUTANTS.filter(({ defect }) => unseen.includes(defect)),
      scenarios.map((scenario) => scenarioTrial(scenario, 3000)),
    );
    expect(left.filter(({ killedBy }) => killedBy.length === 0)).toEqual([]);
  });

  it('leave no check that rejects nothing', () => {
    const useful = new Set(rows.flatMap(({ killedBy }) => killedBy));
    expect(CHECKS.map(({ name }) => name).filter((name) => !useful.has(name))).toEqual([]);
  });
});
