// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../core/kernel/strategy.ts';
import { loadStrategies } from '../strategies/index.ts';
import { CHECKS, callers } from './checks.ts';
import { MUTANTS } from './mutants.ts';

const designs = (await loadStrategies()).filter(({ kind }) => kind === 'design');
const halves = designs.flatMap((strategy) =>
  callers(strategy).map(([name, caller]) => ({ name, strategy, caller })),
);

/** What a check says of all caller halves of a strategy. */
function verdict({ run }: (typeof CHECKS)[number], strategy: Strategy): string | null {
  for (const [, caller] of callers(strategy)) {
    const wrong = run(strategy.kernel, caller);
    if (wrong !== null) return wrong;
  }
  return null;
}

describe.each(CHECKS)('$name', (check) => {
  it.each(halves)('by $name', ({ strategy, caller }) => {
    expect(check.run(strategy.kernel, caller)).toBeNull();
  });

  const mutants = MUTANTS.filter(({ rejectedBy }) => rejectedBy === check.name);

  it('is known to reject some design', () => {
    expect(mutants.length).toBeGreaterThan(0);
  });

  it.each(mutants)('rejects a design in which $defect', ({ strategy }) => {
    expect(verdict(check, strategy)).not.toBeNull();
  });
});

describe('the matrix of mutants and checks', () => {
  it('is what it was: each row a mutant, each x a check that rejects it', () => {
    const rows = MUTANTS.map(({ defect, strategy }) => {
      const marks = CHECKS.map((check) => (verdict(check, strategy) === null ? '.' : 'x'));
      return `${marks.join(' ')}  ${defect}`;
    });
    expect(rows).toMatchInlineSnapshot(`
      [
        "x x x . x . . . .  asks for the next number instead",
        "x . . x . . . . .  takes another id where the one asked for is taken",
        ". x . . . . . . .  one field for the whole process",
        "x . x x x . . . x  the field is not cleared when it is taken",
        "x . . x . . . . x  the parameters are cleared on success only",
        ". . . . x . . . .  the field is set before everything is copied in",
        ". . . . . x . . .  whatever call comes next takes the value",
        ". . . . . . x . .  the child of fork inherits the field",
        ". . . . . . . x .  anybody may write to the file of a task",
        ". . . . . . . . x  without privilege it gives some number",
      ]
    `);
  });
});
