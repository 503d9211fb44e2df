// SPDX-License-Identifier: MIT
/**
 * Spin puts the steps of a system together as we do, and where a rule of ours is broken, on purpose,
 * it does not.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../input-error.ts';
import { Cell } from '../cell.ts';
import { deadlockProne, fourSteps, oneFieldForAll } from '../example-systems.ts';
import { Machine, type System } from '../machine.ts';
import { choose, PREEMPT, type Steps, spawn } from '../thread.ts';
import { bySpin, byUs } from './both-for-tests.ts';
import { promelaOfSystem, promelaOfTables } from './promela.ts';
import { verifying, whyNoSpin } from './run.ts';
import { type StepTables, stepTables } from './step-tables.ts';

const missing = await whyNoSpin();
const why = missing === null ? '' : ` (SKIPPED: ${missing})`;
const BUDGET = { maxStates: 10_000 };

/** Who adds does so once, twice or not at all. */
function choosers(): System {
  const sum = new Cell(0, null, 'sum');
  return {
    threads: ['A', 'B'].map((name) => ({
      name,
      *start() {
        const what = choose('once', 'TWICE', 'NEVER');
        if (what !== 'NEVER') sum.v += what === 'TWICE' ? 2 : 1;
        yield PREEMPT;
        sum.v += 1;
      },
    })),
    judge: () => (sum.v === 5 ? 'five' : null),
  };
}

/** A makes one of two threads, by what it reads, each of the same name; and one waits for a cell. */
function makesOneOfTwo(): System {
  const way = new Cell(0, null, 'way');
  const result = new Cell(0, null, 'result');
  const child = (by: number) => ({
    key: `by ${by}`,
    *start(): Steps<void> {
      result.v += by;
      yield PREEMPT;
      result.v += by;
    },
  });
  return {
    threads: [
      {
        name: 'A',
        *start() {
          spawn(child(way.v === 0 ? 1 : 5));
        },
      },
      {
        name: 'B',
        *start() {
          way.v = 1;
          yield { until: () => result.v > 1, why: 'a result' };
          way.v = 2;
        },
      },
      {
        name: 'C',
        block: { until: () => way.v === 7, why: 'what never comes', idle: true },
        *start() {},
      },
    ],
    judge: () => (result.v === 2 ? 'by the first' : null),
  };
}

describe('a system for Spin', () => {
  it('has a process for a thread, a location for a place, a d_step for a step', () => {
    expect(promelaOfSystem(deadlockProne(), BUDGET)).toMatchInlineSnapshot(`
      "byte cell_0; /* shared.next */
      byte cell_1; /* shared.next */

      active proctype thread_A() {
      A0: if
        :: d_step { true } -> goto A1
        fi;
      A1: if
        :: d_step { cell_0 == 0; cell_0 = 1 } -> goto A2
        fi;
      A2: if
        :: d_step { cell_1 == 0; cell_1 = 1 } -> goto A3
        fi;
      A3: if
        :: d_step { cell_0 = 0; cell_1 = 0 } -> goto end_A4
        fi;
      end_A4: false
      }

      active proctype thread_B() {
      B0: if
        :: d_step { true } -> goto B1
        fi;
      B1: if
        :: d_step { cell_1 == 0; cell_1 = 1 } -> goto B2
        fi;
      B2: if
        :: d_step { cell_0 == 0; cell_0 = 1 } -> goto B3
        fi;
      B3: if
        :: d_step { cell_1 = 0; cell_0 = 0 } -> goto end_B4
        fi;
      end_B4: false
      }

      /* What is written and never read would be no part of the states. */
      active proctype keeps() {
      end: false -> cell_0 + cell_1 > 0
      }

      #ifdef JUDGE
      active proctype judge() {
        if
        :: timeout
        :: timeout && thread_A@A2 && thread_B@B2 && cell_0 == 1 && cell_1 == 1 -> assert(false)
        fi;
      end: false
      }
      #endif
      "
    `);
  });

  it('has types that hold all values', () => {
    const counts = (steps: number): System => {
      const cell = new Cell(0, null, 'a */ b');
      return {
        threads: [
          {
            name: 'A',
            *start() {
              for (let step = 0; step < steps; step++) {
                if (step > 0) yield PREEMPT;
                cell.v += 1;
              }
            },
          },
        ],
        judge: () => null,
      };
    };
    const declared = (steps: number) => promelaOfSystem(counts(steps), BUDGET).split('\n')[0];
    expect(declared(255)).toBe('byte cell_0; /* a * / b */');
    expect(declared(256)).toBe('short cell_0; /* a * / b */');
  });

  it('is not made where there are too many states, and leaves memory as it was', () => {
    const system = oneFieldForAll(3);
    expect(() => stepTables(system, { maxStates: 100 })).toThrow('more than 100 states');
    expect(stepTables(system, BUDGET)).toEqual(stepTables(oneFieldForAll(3), BUDGET));
  });
});

describe('without a C compiler', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('says what is missing, and what to do', async () => {
    vi.stubEnv('CC', 'no-such-cc');
    expect(await whyNoSpin()).toMatch(/^there is no (spin|no-such-cc)$/);
    const promela = promelaOfSystem(deadlockProne(), BUDGET);
    const verified = verifying(promela, {}, ({ search }) => search());
    await expect(verified).rejects.toThrow(/there is no .*; install Spin and a C compiler$/);
    await expect(verified).rejects.toBeInstanceOf(InputError);
  });
});

describe.skipIf(why !== '')(`Spin${why}`, () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['one field for all', () => oneFieldForAll(3)],
    ['four steps', () => fourSteps(3)],
    ['two locks in opposite order', deadlockProne],
    ['a thread that makes one of two', makesOneOfTwo],
    ['steps that choose', choosers],
  ])('finds the same in %s', async (_, make) => {
    const promela = promelaOfSystem(make(), BUDGET);
    expect(byUs(make(), BUDGET.maxStates), promela).toEqual(await bySpin(promela));
  });

  it('finds as many states of four steps as a program by hand has', async () => {
    // next = _pid + 1; r = next; next = 0; got[_pid] = r
    expect(await bySpin(promelaOfSystem(fourSteps(3), BUDGET))).toMatchObject({
      states: 2187,
      transitions: 4656,
    });
  });

  const differs = async (make: () => System, tables = stepTables(make(), BUDGET)) => {
    const ours = byUs(make(), BUDGET.maxStates);
    expect(await bySpin(promelaOfTables(tables))).not.toEqual(ours);
  };

  it('finds something else where a condition of a step was dropped', async () => {
    const whole = stepTables(deadlockProne(), BUDGET);
    let isDropped = false;
    const tables: StepTables = {
      ...whole,
      threads: whole.threads.map(({ thread, places }) => ({
        thread,
        places: places.map(({ mayStay, rows }) => ({
          mayStay,
          rows: rows.map((row) => {
            if (isDropped || row.when.size === 0) return row;
            isDropped = true;
            return { ...row, when: new Map() };
          }),
        })),
      })),
    };
    expect(isDropped).toBe(true);
    await differs(deadlockProne, tables);
  });

  it('finds something else where the memo ignores a cell', async () => {
    const known = new Map<string, number>();
    vi.spyOn(Machine.prototype, 'state').mockImplementation(function (this: Machine) {
      // Where the threads stand, and nothing of what is in memory.
      const key = this.standing()
        .map(({ id }) => id)
        .join();
      const number = known.get(key) ?? known.size;
      known.set(key, number);
      return number;
    });
    const make = () => oneFieldForAll(3);
    const tables = stepTables(make(), BUDGET);
    known.clear();
    await differs(make, tables);
  });

  it('finds something else where a thread is forgotten', async () => {
    const { moves } = Machine.prototype;
    vi.spyOn(Machine.prototype, 'moves').mockImplementation(function (this: Machine) {
      const all = moves.call(this);
      return all.length === 3 ? all.slice(0, 2) : all;
    });
    await differs(() => fourSteps(3));
  });
});
