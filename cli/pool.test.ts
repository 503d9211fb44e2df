// SPDX-License-Identifier: MIT
/** What comes back from another thread. */
import { describe, expect, it } from 'vitest';
import { Cell } from '../core/explore/cell.ts';
import { explore } from '../core/explore/graph.ts';
import { PREEMPT } from '../core/explore/thread.ts';
import { answered, MEMORY, withWorkers } from './pool.ts';
import { answerTo } from './work.ts';

describe('what is not deterministic', () => {
  it('is named in one sentence, with what to do', async () => {
    const cells = [new Cell(0, null, 'first'), new Cell(0, null, 'second')];
    let runs = 0;
    const answer = await answerTo(() =>
      explore(
        {
          threads: [
            {
              name: 'A',
              *start() {
                const before = runs++;
                yield PREEMPT;
                const cell = cells[before % 2];
                if (cell !== undefined) cell.v += 1;
              },
            },
          ],
          judge: () => null,
        },
        { maxStates: 100 },
      ),
    );
    expect(() => answered('it', structuredClone(answer))).toThrow(
      'it: thread A is not deterministic: replayed, it reads second; let programs and designs ' +
        'depend on nothing but what they read from cells and calls',
    );
  });

  it('is no name for a defect of ours', async () => {
    const defect = () => {
      throw new Error('a defect');
    };
    await expect(answerTo(defect)).rejects.toThrow('a defect');
  });
});

it('several at once come back each to whoever asked', async () => {
  const programs = ['Wx || Wx', 'Wx || Wx || Wx', 'Wx', 'Wx Wx || Wx'];
  const budget = { engine: 'both', maxStates: 100, maxExecutions: 100, preemptions: null } as const;
  const counts = await withWorkers(MEMORY, ({ count }) =>
    Promise.all(programs.map((program) => count({ does: 'count', program, ...budget }))),
  );
  expect(counts.map(({ interleavings }) => interleavings)).toEqual([2n, 6n, 1n, 3n]);
});
