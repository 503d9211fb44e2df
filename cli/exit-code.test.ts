// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { RaceRow, RestartTable } from '../reports/result.ts';
import { conformanceExit, raceExit, restartExit, worst } from './exit-code.ts';

const EXHAUSTIVE: RaceRow['verdict'] = { kind: 'EXHAUSTIVE' };
const INCOMPLETE: RaceRow['verdict'] = { kind: 'INCOMPLETE', reason: 'budget', seen: 1 };
const counterexample = { replay: 'A1' } as RaceRow['counterexample'];

describe('the exit code', () => {
  it.each([
    ['a design that holds', { kind: 'design', verdict: EXHAUSTIVE, counterexample: null }, 0],
    ['a design that fails', { kind: 'design', verdict: EXHAUSTIVE, counterexample }, 1],
    ['a control that fails', { kind: 'control', verdict: EXHAUSTIVE, counterexample }, 0],
    ['a control that holds', { kind: 'control', verdict: EXHAUSTIVE, counterexample: null }, 1],
    ['a design cut short', { kind: 'design', verdict: INCOMPLETE, counterexample: null }, 3],
    ['a control cut short', { kind: 'control', verdict: INCOMPLETE, counterexample: null }, 3],
    ['a design cut short that failed', { kind: 'design', verdict: INCOMPLETE, counterexample }, 1],
  ] as const)('of %s', (_, row, code) => {
    expect(raceExit(row)).toBe(code);
  });

  it('of a restart is 0 only if every way restored it', () => {
    const rows = (...kinds: string[]) =>
      ({ rows: kinds.map((kind) => ({ end: { kind } })) }) as unknown as RestartTable;
    expect(restartExit(rows('restored', 'restored'))).toBe(0);
    for (const kind of ['different', 'refused', 'stuck']) {
      expect(restartExit(rows('restored', kind))).toBe(1);
    }
  });

  it('of the model is 1 only if it is known to differ from the kernel below', () => {
    const run = {
      ...{ kind: 'run' as const, seed: 1, scripts: 1, reordered: 0, calls: 1 },
      ...{ byCall: {}, byErrno: {}, branches: [] },
      ...{ mismatch: null, knownDifferences: [], schedules: [] },
    };
    const row = {
      ...{ scenario: 's', strategy: 'a', interleavings: '9', replayed: 3, isAll: true, failing: 1 },
      ...{ mismatches: 1, firstMismatch: ['x'] },
    };
    expect(conformanceExit(run)).toBe(0);
    expect(conformanceExit({ ...run, mismatch: ['x'] })).toBe(1);
    expect(conformanceExit({ ...run, schedules: [row] })).toBe(1);
    const agrees = { ...row, mismatches: 0, firstMismatch: null };
    expect(conformanceExit({ ...run, schedules: [agrees] })).toBe(0);
    expect(conformanceExit({ kind: 'not run', reason: 'no compiler' })).toBe(0);
  });

  it('of several is that of a failure, then that of what was cut short', () => {
    expect([worst([]), worst([0, 0]), worst([0, 3]), worst([3, 1, 0])]).toEqual([0, 0, 3, 1]);
  });
});
