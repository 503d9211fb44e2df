// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { RaceRow, RestartTable } from '../reports/result.ts';
import {
  conformanceExit,
  explorersExit,
  mutantsExit,
  raceExit,
  racesExit,
  restartExit,
  worst,
} from './exit-code.ts';

const EXHAUSTIVE: RaceRow['verdict'] = { kind: 'EXHAUSTIVE' };
const INCOMPLETE: RaceRow['verdict'] = { kind: 'INCOMPLETE', reason: 'budget', seen: 1 };
const counterexample = { replay: 'A1' } as RaceRow['counterexample'];

describe('the exit code', () => {
  it.each([
    ['holds', { verdict: EXHAUSTIVE, counterexample: null }, 0],
    ['fails', { verdict: EXHAUSTIVE, counterexample }, 1],
    ['was cut short', { verdict: INCOMPLETE, counterexample: null }, 3],
    ['failed before it was cut short', { verdict: INCOMPLETE, counterexample }, 1],
  ] as const)('of a race by name that %s', (_, row, code) => {
    expect(raceExit(row)).toBe(code);
  });

  it('of all races is 0 as long as every control fails something that its design holds', () => {
    const row = (
      strategy: string,
      kind: string,
      scenario: string,
      fails: boolean,
      verdict: RaceRow['verdict'] = EXHAUSTIVE,
    ) =>
      ({
        ...{ strategy, kind, scenario, verdict, of: 'setter' },
        counterexample: fails ? counterexample : null,
      }) as RaceRow;
    const design = [row('setter', 'design', 's', true), row('setter', 'design', 't', false)];
    const relative = row('r', 'relative', 's', true);
    const caught = [row('c', 'control', 's', true), row('c', 'control', 't', true)];
    const alike = [row('c', 'control', 's', true), row('c', 'control', 't', false)];
    expect(racesExit([...design, relative, ...caught])).toBe(0);
    expect(racesExit([...design, ...alike])).toBe(1);
    expect(racesExit([...design, ...caught, row('other', 'control', 't', false)])).toBe(1);
    // Without its design, whatever it fails.
    expect(racesExit(alike)).toBe(0);
    const cut = row('d', 'design', 's', false, INCOMPLETE);
    expect(racesExit([cut])).toBe(3);
    expect(racesExit([cut, row('c', 'control', 't', false)])).toBe(1);
  });

  it('of a restart is 0 only if every way that must restores it', () => {
    const rows = (...kinds: string[]) =>
      ({
        rows: kinds.map((kind, at) => ({ strategy: `s${at}`, end: { kind } })),
      }) as unknown as RestartTable;
    const all = new Set(['s0', 's1']);
    expect(restartExit(rows('restored', 'restored'), all)).toBe(0);
    for (const kind of ['different', 'refused', 'stuck']) {
      expect(restartExit(rows('restored', kind), all)).toBe(1);
      expect(restartExit(rows('restored', kind), new Set(['s0']))).toBe(0);
    }
  });

  it('of seeded defects is 1 if one goes unnoticed', () => {
    const row = (...killedBy: string[]) => ({ mutant: 'm', of: 'kernel' as const, killedBy });
    expect(mutantsExit([row('a check')])).toBe(0);
    expect(mutantsExit([row('a check'), row()])).toBe(1);
  });

  it('of explorers is 1 if a broken one goes unnoticed, or the sound one does not', () => {
    const row = (defect: string | null, sums: number) => ({
      ...{ defect, programs: 9, seed: 1, sums },
      ...{ twice: 0, deadlocks: 0 },
    });
    expect(explorersExit([row(null, 0), row('a rule', 1)])).toBe(0);
    expect(explorersExit([row(null, 0), row('a rule', 0)])).toBe(1);
    expect(explorersExit([row(null, 1), row('a rule', 1)])).toBe(1);
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
