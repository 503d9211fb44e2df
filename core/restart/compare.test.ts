// SPDX-License-Identifier: MIT
/** What a comparison of captures looks at, and what it does not. */
import { describe, expect, it } from 'vitest';
import type { Capture } from './capture.ts';
import { compareCaptures } from './compare.ts';
import { generateCapture } from './generate.ts';

const CAPTURE = generateCapture({ tasks: 40, levels: 2, objects: 6 }, 9);

const withThreads = (change: (threads: readonly number[][]) => number[][]): Capture => ({
  ...CAPTURE,
  tasks: CAPTURE.tasks.map((task) => ({ ...task, threads: change(task.threads) })),
});

describe('a comparison', () => {
  it('does not mind in which order threads are listed', () => {
    const same = compareCaptures(CAPTURE, CAPTURE);
    expect(
      compareCaptures(
        CAPTURE,
        withThreads((threads) => [...threads].reverse()),
      ),
    ).toEqual(same);
    expect(same).toHaveProperty('fields');
  });

  it('minds the number of any of them', () => {
    const other = withThreads((threads) =>
      threads.map(([first = 0, ...rest]) => [first + 1, ...rest]),
    );
    expect(compareCaptures(CAPTURE, other)).toMatchObject({
      difference: { place: expect.stringMatching(/threads\[0\]\[0\]$/) },
    });
  });
});
