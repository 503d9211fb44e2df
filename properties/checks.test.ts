// SPDX-License-Identifier: MIT
/** Every best form passes every check, and every mutant is caught by one: neither is for show. */
import { describe, expect, it } from 'vitest';
import { isBestForm } from '../core/kernel/strategy.ts';
import { loadStrategies } from '../strategies/index.ts';
import { FULL, hasPart } from './check.ts';
import { CHECKS, callers } from './checks.ts';
import { checkTrial, MUTANTS, mutantMatrix } from './mutants/index.ts';

const designs = (await loadStrategies()).filter(isBestForm);
const halves = designs.flatMap((strategy) =>
  callers(strategy).map(([name, caller]) => ({ name, design: { ...strategy, caller } })),
);

describe.each(CHECKS)('$name', (check) => {
  it.each(halves.filter(({ design }) => hasPart(check, design)))('by $name', ({ design }) => {
    expect(check.run(design)).toBeNull();
  });
});

describe('the matrix of mutants and checks', () => {
  const trials = CHECKS.map((check) => checkTrial(check, FULL));
  const rows = mutantMatrix(MUTANTS, trials);

  it('has no mutant that nothing rejects', () => {
    expect(rows.filter(({ killedBy }) => killedBy.length === 0)).toEqual([]);
  });

  it('has no check that rejects nothing', () => {
    const useful = new Set(rows.flatMap(({ killedBy }) => killedBy));
    expect(CHECKS.map(({ name }) => name).filter((name) => !useful.has(name))).toEqual([]);
  });
});
