// SPDX-License-Identifier: MIT
/** The library as its first page has it. */
import { expect, it } from 'vitest';
import {
  agreed,
  Cell,
  countTraces,
  explore,
  formatSchedule,
  formatVerdict,
  PREEMPT,
  parseSchedule,
  replay,
  type System,
  type Thread,
  waysOf,
} from './index.ts';

function system(): System {
  const x = new Cell(0, null, 'x');
  const adds = (name: string): Thread => ({
    name,
    *start() {
      const before = x.v;
      yield PREEMPT;
      x.v = before + 1;
    },
  });
  return {
    threads: [adds('A'), adds('B')],
    judge: () => (x.v === 2 ? null : `x is ${x.v}`),
  };
}

it('is enough to explore two threads that add to a number', () => {
  const found = explore(system(), { maxStates: 1000 });
  expect(formatVerdict(found.verdict)).toBe('EXHAUSTIVE');
  expect([found.interleavings, found.failing]).toEqual([6n, 4n]);
  expect(formatSchedule(found.counterexample ?? [])).toBe('A1 B2 A1');
  expect(replay(system(), parseSchedule('A1 B2 A1')).wrong).toBe('x is 1');
  const traces = countTraces(system(), { maxExecutions: 1000 });
  expect(traces.traces).toBe(4);
  expect(agreed(waysOf(found, traces))).toBe(6n);
});
