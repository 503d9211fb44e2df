// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { intervalOf } from './interval.ts';

describe('the interval of Clopper and Pearson', () => {
  it('is in closed form where none or all fail', () => {
    const edge = 1 - 0.025 ** (1 / 100);
    expect(intervalOf(0, 100, 0.95).low).toBe(0);
    expect(intervalOf(0, 100, 0.95).high).toBeCloseTo(edge, 6);
    expect(intervalOf(100, 100, 0.95).low).toBeCloseTo(1 - edge, 6);
    expect(intervalOf(100, 100, 0.95).high).toBe(1);
  });

  it('is as tables have it', () => {
    // 10 of 100: 4.9 % to 17.6 %; 5 of 10: 18.7 % to 81.3 %.
    expect(intervalOf(10, 100, 0.95).low).toBeCloseTo(0.049, 3);
    expect(intervalOf(10, 100, 0.95).high).toBeCloseTo(0.1762, 3);
    expect(intervalOf(5, 10, 0.95).low).toBeCloseTo(0.1871, 3);
    expect(intervalOf(5, 10, 0.95).high).toBeCloseTo(0.8129, 3);
  });
});
