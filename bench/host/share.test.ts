// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { ExperimentRow, Figure } from './rows.ts';
import { shareOfRestore } from './share.ts';
import { EXPERIMENTS } from './subjects.ts';

const NOISY: Figure = { kind: 'noisy' };
const measured = (estimate: number): Figure => ({
  ...{ kind: 'measured', estimate },
  ...{ low: estimate - 10, high: estimate + 10 },
});
const experiment = (from: string, to: string, ns: Figure): ExperimentRow => ({
  ...{ name: '', from, to },
  ...{ nullCalls: NOISY, ns },
});
const SET_TID = (ns: Figure) => experiment('task, clone3', 'task, set_tid', ns);
const KEPT = (ns: Figure) => experiment('msgget', 'msgget, kept', ns);
const RESTORE = { way: 'clone3', pids: 10, objects: 5, ns: 100_000 };

describe('the share of a restore', () => {
  it('is what its directed calls take of it', () => {
    expect(shareOfRestore([SET_TID(measured(100)), KEPT(measured(200))], RESTORE)).toEqual({
      ...{ kind: 'measured', estimate: 0.02 },
      low: (10 * 90 + 5 * 190) / 100_000,
      high: (10 * 110 + 5 * 210) / 100_000,
    });
  });

  it('is never less than nothing', () => {
    const share = shareOfRestore([SET_TID(measured(-50))], { ...RESTORE, objects: 0 });
    expect(share).toEqual({ kind: 'measured', estimate: 0, low: 0, high: 0 });
  });

  it('is noisy where one of its figures is, and of no way that is not measured', () => {
    expect(shareOfRestore([SET_TID(measured(100)), KEPT(NOISY)], RESTORE)).toEqual(NOISY);
    expect(shareOfRestore([SET_TID(measured(100))], RESTORE)).toBeNull();
    expect(shareOfRestore([], { ...RESTORE, way: 'another' })).toBeNull();
  });

  it('goes by experiments that there are', () => {
    for (const way of ['clone3', 'ns_last_pid-locked']) {
      const rows = EXPERIMENTS.map(({ from, to }) => experiment(from, to, measured(100)));
      expect(shareOfRestore(rows, { ...RESTORE, way })).not.toBeNull();
    }
  });
});
