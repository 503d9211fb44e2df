// SPDX-License-Identifier: MIT
/**
 * Several workers restore the IPC objects of a namespace at once. Every design must come out right
 * in any schedule; what two workers share makes controls and mainline's hint fail.
 */
import { describe, expect, it } from 'vitest';
import { callers } from '../../properties/checks.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { withId } from '../../strategies/with-id.ts';
import { isBestForm, type Strategy } from '../kernel/strategy.ts';
import { generateCapture } from './generate.ts';
import { restart } from './restart.ts';

const CAPTURE = generateCapture({ tasks: 6, levels: 2, objects: 24 }, 3);
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

const ends = (strategy: Strategy, workers: number) =>
  SEEDS.map((seed) => restart(CAPTURE, 'capture', strategy, null, seed, workers).result.end.kind);
const failures = (strategy: Strategy, workers: number): number =>
  ends(strategy, workers).filter((kind) => kind !== 'restored').length;

const halves = (await loadStrategies())
  .filter(isBestForm)
  .flatMap((strategy) =>
    callers(strategy).map(([name, caller]) => ({ name, strategy: { ...strategy, caller } })),
  );

describe.each([1, 2, 4])('%d workers', (workers) => {
  it.each(halves)('restore what was captured by $name, in any schedule', ({ strategy }) => {
    expect(failures(strategy, workers)).toBe(0);
  });
});

/** Mainline's ids, with numbers and state by with_id: it has neither for a restart. */
const idsOfMainline: Strategy = {
  ...withId,
  name: 'next_id for ids',
  caller: {
    *direct(me, want, call, prepared) {
      const half = ['msg', 'sem', 'shm'].includes(want.kind) ? nextId.caller : withId.caller;
      return yield* half.direct(me, want, call, prepared);
    },
  },
};

describe.each([
  ['process-field', processField],
  ['next_id', idsOfMainline],
])('%s', (_, strategy) => {
  it('does for one worker, and fails two', () => {
    expect(failures(strategy, 1)).toBe(0);
    expect(failures(strategy, 2)).toBeGreaterThan(0);
  });
});

describe('a restart by workers', () => {
  it('is the same for the same seed', () => {
    const twice = [1, 2].map(() => restart(CAPTURE, 'capture', withId, null, 7, 2));
    expect(twice[0]).toEqual(twice[1]);
    const other = restart(CAPTURE, 'capture', withId, null, 8, 2);
    expect(other.journal).not.toEqual(twice[0]?.journal);
  });

  it('by a strategy that can not direct what is needed is refused with the reason', () => {
    const { end, directed } = restart(CAPTURE, 'capture', nextId).result;
    expect(end).toEqual({
      kind: 'refused',
      call: 'directing pid',
      purpose: 'restart this capture',
      result: 'nothing, as next_id directs only msg, sem, shm',
    });
    expect(directed).toBe(0);
  });
});
