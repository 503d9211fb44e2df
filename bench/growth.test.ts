// SPDX-License-Identifier: MIT
/** What happens to the work of a call where there are more threads, calls or tasks. */
import { describe, expect, it } from 'vitest';
import { LEDGER_ENTRIES } from '../core/kernel/ledger.ts';
import { isBestForm, type Strategy } from '../core/kernel/strategy.ts';
import { processField } from '../strategies/controls/process-field.ts';
import { loadStrategies } from '../strategies/index.ts';
import { procfs } from '../strategies/procfs.ts';
import { setter } from '../strategies/setter.ts';
import { withId } from '../strategies/with-id.ts';
import { callsRows } from './calls.ts';
import { captureOf, restartOfSize } from './restart-sizes.ts';
import type { CallsRow, ThreadsRow } from './rows.ts';
import { THREADS, threadsRows } from './threads.ts';

const all = await loadStrategies();
const SEED = 200807;

/** Its callers call what the kernel does not have. */
const absent: Strategy = { ...withId, kernel: {} };

const each = ({ ledger, calls }: ThreadsRow | CallsRow) =>
  LEDGER_ENTRIES.map((entry) => ledger[entry] / calls);

describe('threads that direct calls at once', () => {
  const rows = threadsRows(all, SEED);
  const of = (by: string) => rows.filter((row) => row.by === by);

  it('each get their own by the best forms, at the cost of one thread, and wait for nobody', () => {
    for (const { name } of all.filter(isBestForm)) {
      const [alone, ...more] = of(name);
      expect(more.map(({ threads }) => threads)).toEqual(THREADS.slice(1));
      for (const row of more) {
        expect({ name, right: row.right, waits: row.waits }).toEqual({
          name,
          right: row.calls,
          waits: 0,
        });
        expect(alone === undefined ? [] : each(alone)).toEqual(each(row));
      }
    }
  });

  it('do not where they share a field, and the row says so', () => {
    const [alone, ...more] = of(processField.name);
    expect(alone?.right).toBe(alone?.calls);
    for (const { right, calls } of more) expect(right).toBeLessThan(calls);
  });

  it('wait where a design has them take turns', () => {
    const waiting: Strategy = {
      ...setter,
      caller: {
        *direct(me, want, call, prepared) {
          yield { until: () => !isTaken, why: 'its turn' };
          isTaken = true;
          const result = yield* setter.caller.direct(me, want, call, prepared);
          isTaken = false;
          return result;
        },
      },
    };
    let isTaken = false;
    const [alone, two] = threadsRows([waiting], SEED);
    expect(alone?.waits).toBe(0);
    expect(two?.right).toBe(two?.calls);
    expect(two?.waits).toBeGreaterThan(0);
  });

  it('go as the seed says', () => {
    const controls = [processField];
    expect(threadsRows(controls, 1)).toEqual(threadsRows(controls, 1));
    expect(threadsRows(controls, 1)).not.toEqual(threadsRows(controls, 2));
  });
});

describe('calls of one thread', () => {
  const { calls, breakEvens } = callsRows([procfs, setter]);
  const of = (by: string) => calls.filter((row) => row.by === by);

  it('share the cost of a descriptor that is kept', () => {
    const entries = (by: string) => of(by).map(({ ledger }) => ledger.entries);
    expect(entries('procfs')).toEqual([4, 40, 400, 4000]);
    expect(entries('procfs (kept)')).toEqual([3, 21, 201, 2001]);
    expect(entries('setter')).toEqual([2, 20, 200, 2000]);
  });

  it('say from where a kept descriptor costs no more than the setter', () => {
    const from = Object.fromEntries(breakEvens.map((row) => [row.entry, row.from]));
    // 35 bytes of path and 13 of text each, 14 from number 100 on, against 16.
    expect(from).toEqual({
      entries: null,
      copied: 12,
      components: null,
      fdOps: null,
      parsed: null,
      allocations: null,
      locks: null,
      fieldOps: 1,
    });
  });

  it('are not counted where one fails', () => {
    expect(() => callsRows([absent])).toThrow('msgget by with_id gave -ENOSYS');
  });
});

describe('restarts by size', () => {
  it('direct as many calls by each design, and cost what the design costs', () => {
    const capture = captureOf(20, SEED);
    const [one, two] = [withId, setter].map((strategy) => restartOfSize(strategy, null, capture));
    const directed = one?.exact.directed ?? 0;
    expect(two?.exact).toMatchObject({ by: 'setter', tasks: 20, directed });
    expect((two?.exact.ledger.entries ?? 0) - (one?.exact.ledger.entries ?? 0)).toBe(directed);
    expect(two?.timed.seconds).toBeGreaterThan(0);
    expect(restartOfSize(setter, null, capture).exact).toEqual(two?.exact);
  });

  it('are not timed where one fails', () => {
    expect(() => restartOfSize(absent, null, captureOf(20, SEED))).toThrow(
      'the restart of 20 tasks by with_id ended refused',
    );
  });
});
