// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { fraction } from '../sampling/fraction.ts';
import { countLitmus } from './count.ts';
import { parseLitmus } from './program.ts';
import { sampleLitmus } from './sample.ts';

const CROSSED = parseLitmus('Lm Ln Xn Xm || Ln Lm Xm Xn');
const SAMPLING = { runs: 200, seed: 7, by: 'URW' } as const;
const BUDGET = { maxStates: 1000 };

describe('a program on schedules that are drawn', () => {
  it('deadlocks about as often as it is said to', () => {
    const { failing, chance, counterexample } = sampleLitmus(CROSSED, SAMPLING, BUDGET);
    // Once one has a lock and three steps left, the other has four, and takes its lock.
    expect(chance).toEqual({ kind: 'exactly', fraction: fraction(4n, 7n) });
    expect(failing).toBeGreaterThan(0);
    expect([...(counterexample ?? [])].sort()).toEqual(['A', 'B']);
  });

  it('says nothing of a probability that would take too many states', () => {
    expect(sampleLitmus(CROSSED, SAMPLING, { maxStates: 2 }).chance).toBeNull();
  });

  it('does not deadlock where no interleaving does', () => {
    const program = parseLitmus('Lm Ln Xn Xm || Lm Ln Xn Xm');
    const all = { maxStates: 1000, maxExecutions: 1000, preemptions: null };
    expect(countLitmus(program, 'both', all).deadlocks).toBe(0);
    const { failing, chance } = sampleLitmus(program, SAMPLING, BUDGET);
    expect([failing, chance]).toEqual([0, { kind: 'exactly', fraction: fraction(0n, 1n) }]);
  });
});
