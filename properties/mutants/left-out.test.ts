// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { procfsJuly } from '../../strategies/posted/procfs-july.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { GLANCE } from '../check.ts';
import { CHECKS } from '../checks.ts';
import { checkTrial } from './index.ts';
import { eachLeftOut } from './left-out.ts';

const named = (strategy: Parameters<typeof eachLeftOut>[0]) =>
  eachLeftOut(strategy).map(({ defect }) => defect);

describe('what can be left out', () => {
  it('is each hook, and what clears a field', () => {
    expect(named(setter)).toEqual([
      'without asked.restarts',
      'next_syscall_data is copied at fork',
      'next_syscall_data is kept at exec',
    ]);
    expect(named(procfsJuly)).toEqual([
      'without entry',
      'without exit',
      'without signalReturn',
      'next_call_data is copied at fork',
    ]);
  });

  it('is nothing of calls alone', () => {
    expect(named(withId)).toEqual([]);
  });

  it.each(eachLeftOut(setter))('is missed: $defect', ({ strategy }) => {
    const passes = (one: typeof strategy) =>
      CHECKS.filter((check) => checkTrial(check, GLANCE).passes(one) === true).length;
    expect(passes(strategy)).toBeLessThan(passes(setter));
  });
});
