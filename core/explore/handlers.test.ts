// SPDX-License-Identifier: MIT
/**
 * Signals without a kernel: a handler is a thread that shares its task. While it runs the task's own
 * thread is not enabled, and of several the one that came last runs first. That is a condition over
 * cells like any other, so the counts must be those of a closed form.
 */
import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { agreed, countTraces, waysOf } from './certificate.ts';
import { explore } from './graph.ts';
import type { System } from './machine.ts';
import type { Block, Steps } from './thread.ts';

/** A task of so many steps, and so many signals whose handlers take two each. */
function interrupted(steps: number, signals: number): System {
  /** Handlers that have begun and not ended, the last on top. */
  const running = new Cell<readonly number[]>([], null, 'running');
  const onTop = (signal: number): Block => ({
    until: () => running.v.at(-1) === signal,
    why: 'the handler on top',
  });
  return {
    threads: [
      {
        name: 'A',
        block: { until: () => running.v.length === 0, why: 'a handler' },
        *start(): Steps<void> {
          for (let step = 1; step < steps; step++) {
            yield { until: () => running.v.length === 0, why: 'a handler' };
          }
        },
      },
      ...Array.from({ length: signals }, (_, signal) => ({
        name: 'STU'[signal] ?? 'Z',
        *start(): Steps<void> {
          running.v = [...running.v, signal];
          yield onTop(signal);
          running.v = running.v.slice(0, -1);
        },
      })),
    ],
    judge: ({ blocked }) => (blocked.length === 0 ? null : 'somebody waits for ever'),
  };
}

describe('a task of k steps', () => {
  it.each([1, 2, 5, 9])('has a handler at k + 1 places: k = %i', (steps) => {
    const graph = explore(interrupted(steps, 1), { maxStates: 10_000 });
    expect(graph).toMatchObject({ interleavings: BigInt(steps + 1), failing: 0n });
  });

  it.each([1, 2, 5, 9])('has two, also one on top of the other: k = %i', (steps) => {
    const budget = { maxStates: 10_000, maxExecutions: 10_000 };
    const graph = explore(interrupted(steps, 2), budget);
    // One behind the other, in either order, or one within the other.
    const expected = BigInt((steps + 1) * (steps + 2) + 2 * (steps + 1));
    expect(graph).toMatchObject({ interleavings: expected, failing: 0n });
    expect(agreed(waysOf(graph, countTraces(interrupted(steps, 2), budget)))).toBe(expected);
  });
});
