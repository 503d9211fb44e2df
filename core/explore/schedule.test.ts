// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { formatSchedule, parseSchedule, preemptions } from './schedule.ts';
import { spawnedName } from './thread.ts';

const name = fc
  .tuple(fc.constantFrom('A', 'B', 'C'), fc.array(fc.nat({ max: 700 }), { maxLength: 2 }))
  .map(([root, ordinals]) => ordinals.reduce(spawnedName, root));

describe('schedules as text', () => {
  it('are runs of steps', () => {
    expect(formatSchedule(['B', 'A', 'A', 'A', 'B', 'B'])).toBe('B1 A3 B2');
    expect(parseSchedule(' B1  A3 B2 ')).toEqual(['B', 'A', 'A', 'A', 'B', 'B']);
  });

  it('read back as what was written, whatever the threads are called', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (schedule) => {
        expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
      }),
      { seed: 1 },
    );
  });

  it.each(['', 'A', 'A0', '3', 'a3', 'A-1', 'A1.5', 'A1,B2', 'A9999999', 'A1 !'])(
    'refuse "%s" with the run that is no run',
    (text) => {
      expect(() => parseSchedule(text)).toThrow(/^replay string, run \d+: .*; write runs such as/);
    },
  );

  it('refuse more steps than a run could have, before making them', () => {
    expect(() => parseSchedule('A999999 B999999')).toThrow('more than 1000000 steps');
  });

  it('throw nothing but their own error on any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^([A-C][a-c]?\d{0,7} ?)*$/)), (text) => {
        try {
          parseSchedule(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 2 },
    );
  });
});

describe('preemptions', () => {
  // Two threads of a and b steps have so many interleavings with exactly p preemptions.
  it.each([
    [3, 4, [2, 5, 12, 9, 6, 1]],
    [4, 4, [2, 6, 18, 18, 18, 6, 2]],
  ])('of all interleavings of %i and %i steps are counted right', (a, b, expected) => {
    const counts = expected.map(() => 0);
    const visit = (schedule: readonly string[]) => {
      const left = { A: a, B: b };
      const steps = schedule.map((thread) => {
        const name = thread as 'A' | 'B';
        left[name]--;
        return { thread, couldGoOn: left[name] > 0 };
      });
      if (left.A === 0 && left.B === 0) {
        const count = preemptions(steps);
        counts[count] = (counts[count] ?? 0) + 1;
      }
      if (left.A > 0) visit([...schedule, 'A']);
      if (left.B > 0) visit([...schedule, 'B']);
    };
    visit([]);
    expect(counts).toEqual(expected);
  });
});

describe('names of spawned threads', () => {
  it('are short, and no two paths of spawning share one', () => {
    const ordinals = [0, 1, 24, 25, 26, 649, 650, 16274, 16275];
    const names = ordinals.flatMap((one) => [
      spawnedName('A', one),
      ...ordinals.map((two) => spawnedName(spawnedName('A', one), two)),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(spawnedName('A', 0)).toBe('Aa');
    expect(spawnedName('A', 25)).toBe('Azaa');
    expect(spawnedName('A', 1_000_000).length).toBeLessThan(12);
  });
});
