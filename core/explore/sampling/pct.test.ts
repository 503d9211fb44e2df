// SPDX-License-Identifier: MIT
/** PCT keeps to its priorities, whoever waits or is made, and finds what its bound promises. */
import { describe, expect, it } from 'vitest';
import { Cell } from '../cell.ts';
import { deadlockProne, independent } from '../example-systems.ts';
import type { System } from '../machine.ts';
import { replay } from '../replay.ts';
import { runChosen } from '../run.ts';
import { sample } from '../sample.ts';
import { formatSchedule } from '../schedule.ts';
import { PREEMPT } from '../thread.ts';
import { pctBound } from './chance.ts';
import type { Draw } from './draw.ts';
import { drawsFrom } from './draw.ts';
import { probabilityOf } from './every-draw.ts';
import { forksOnce } from './example-forks.ts';
import { decimal, fraction } from './fraction.ts';
import { pct } from './pct.ts';
import { profileByWalks } from './samplers.ts';

function drawnBy({ threads }: System, steps: number, depth: number, draw: Draw) {
  const names = threads.map(({ name }) => name);
  return runChosen(threads, pct(names, steps, depth, draw));
}

const chanceOf = (wanted: string, make: () => System, steps: number, depth: number) =>
  probabilityOf((draw) => formatSchedule(drawnBy(make(), steps, depth, draw).schedule) === wanted);

describe('without a change point', () => {
  it('each order of threads is equally likely, and nobody comes in between', () => {
    for (const order of ['A2 B2 C2', 'A2 C2 B2', 'B2 A2 C2', 'B2 C2 A2', 'C2 A2 B2', 'C2 B2 A2']) {
      expect(chanceOf(order, () => independent([2, 2, 2]), 6, 1)).toEqual(fraction(1n, 6n));
    }
  });

  it('so it is with a thread that is made, once it is there', () => {
    // Six orders of A, Aa and B; where B is above A, it has no use for a rank above Aa.
    const chances = {
      'B1 A2 Aa2': fraction(1n, 6n),
      'B1 A1 Aa2 A1': fraction(2n, 6n),
      'A1 Aa2 A1 B1': fraction(1n, 6n),
      'A2 Aa2 B1': fraction(1n, 6n),
      'A2 B1 Aa2': fraction(1n, 6n),
    };
    for (const [schedule, chance] of Object.entries(chances)) {
      expect(chanceOf(schedule, forksOnce, 5, 1)).toEqual(chance);
    }
  });
});

it('with one, the thread that runs falls below all others there', () => {
  // A has to be first, and of five change points one is right.
  expect(chanceOf('A1 B3 A2', () => independent([3, 3]), 6, 2)).toEqual(fraction(1n, 10n));
});

it('of two that fell, the order does not depend on who fell first', () => {
  const three = () => independent([2, 2, 2]);
  // A above B above C, A falling after the first step and B after the second.
  const [aFirst, bFirst] = ['A1 B1 C2 A1 B1', 'A1 B1 C2 B1 A1'];
  expect(chanceOf(aFirst, three, 6, 3)).toEqual(chanceOf(bFirst, three, 6, 3));
  expect(decimal(chanceOf(aFirst, three, 6, 3))).toBeGreaterThan(0);
});

it('one that fell can fall further', () => {
  // A has to be first, and the three change points to be after steps 1, 2 and 3, in this order.
  expect(chanceOf('A1 B1 A1 B1 A1', () => independent([3, 2]), 5, 4)).toEqual(fraction(1n, 128n));
});

it('a thread that waits is passed over, and goes on at its rank', () => {
  const isOpen = new Cell(false, null, 'open');
  const gate = (): System => {
    isOpen.v = false;
    return {
      threads: [
        {
          name: 'A',
          *start() {
            yield { until: () => isOpen.v, why: 'the gate' };
          },
        },
        {
          name: 'B',
          *start() {
            isOpen.v = true;
            yield PREEMPT;
          },
        },
      ],
      judge: () => null,
    };
  };
  expect(chanceOf('A1 B1 A1 B1', gate, 4, 1)).toEqual(fraction(1n, 2n));
  expect(chanceOf('B2 A2', gate, 4, 1)).toEqual(fraction(1n, 2n));
});

describe('a deadlock of depth two', () => {
  it('is found at least as often as the bound says, and its schedule can be replayed', () => {
    const bound = pctBound(profileByWalks(deadlockProne, 1), 2);
    const isFound = (draw: Draw) => drawnBy(deadlockProne(), 8, 2, draw).blocked.length > 0;
    expect(decimal(probabilityOf(isFound))).toBeGreaterThanOrEqual(decimal(bound));
    const sampling = { runs: 100, seed: 7, by: 'PCT(2)' } as const;
    const { failing, counterexample } = sample(deadlockProne, sampling);
    expect(failing).toBeGreaterThan(0);
    expect(replay(deadlockProne(), counterexample ?? []).wrong).not.toBeNull();
  });

  it('which ends a walk early, is not taken for the length of runs', () => {
    for (let seed = 0; seed < 100; seed += 10) {
      expect(profileByWalks(deadlockProne, seed).steps).toBe(8);
    }
  });

  it('is not found at depth one', () => {
    const isFound = (draw: Draw) => drawnBy(deadlockProne(), 8, 1, draw).blocked.length > 0;
    expect(probabilityOf(isFound).of).toBe(0n);
  });
});

it('draws the same for the same seed', () => {
  const of = (seed: number) => drawnBy(independent([4, 4]), 8, 3, drawsFrom(seed)).schedule;
  expect(of(7)).toEqual(of(7));
  expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => formatSchedule(of(seed)))).size).toBeGreaterThan(
    1,
  );
});
