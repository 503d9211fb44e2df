// SPDX-License-Identifier: MIT
/** What counts as a mismatch: not the order of tasks that run at the same time, and not a want of room. */
import { describe, expect, it } from 'vitest';
import { SIGCHLD, SIGKILL } from '../../core/kernel/flags.ts';
import { compare, firstMismatch, sideBySide } from './compare.ts';
import { exhaustion } from './exhaustion.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, Script } from './script.ts';

/** Two children are killed at once: does their parent's handler run before the second is dead? */
const atOnce: Script = [
  {
    task: 0,
    call: 'rt_sigaction',
    args: [SIGCHLD, { memory: 0 }, 0, 8],
    child: 3,
    stores: [{ offset: 0, address: 'handler' }],
  },
  { task: 0, call: 'fork', args: [], child: 1 },
  { task: 0, call: 'fork', args: [], child: 2 },
  { task: 0, call: 'kill', args: [-1, SIGKILL] },
];

/** With the result of one step changed. */
const otherwise = (answer: Answer, index: number, result: string): Answer => ({
  ...answer,
  steps: answer.steps.map((step, at) =>
    at === index ? { ...step, end: { kind: 'returned', result, loads: [] } } : step,
  ),
});

describe('an answer in another order of tasks that run at the same time', () => {
  const model = runOnModel(atOnce);
  const other = Array.from({ length: 100 }, (_, seed) => runOnModel(atOnce, {}, seed)).find(
    (answer) => firstMismatch(atOnce, answer, model) !== null,
  );

  it('is there, and is no mismatch', () => {
    expect(other).toBeDefined();
    const linux = other ?? model;
    expect(compare({ script: atOnce, linux, model })).toEqual({
      mismatch: null,
      isReordered: true,
    });
    expect(compare({ script: atOnce, linux: model, model })).toEqual({
      mismatch: null,
      isReordered: false,
    });
  });

  it('does not hide an answer that no order gives', () => {
    const linux = otherwise(other ?? model, 2, '-EPERM');
    const { mismatch } = compare({ script: atOnce, linux, model });
    expect(mismatch).toEqual({ step: 2, linux: '-EPERM', model: '3' });
    expect(sideBySide(atOnce, linux, model).join('\n')).toContain('model  3   <-- differs');
  });
});

describe('a kernel that has no more', () => {
  const forks: Script = [{ task: 0, call: 'fork', args: [], child: 1 }];
  const gets: Script = [{ task: 0, call: 'msgget', args: [0, 0o600] }];
  const verdict = (script: Script, result: string) => {
    const model = runOnModel(script);
    const compared = { script, linux: otherwise(model, 0, result), model };
    const { mismatch } = compare(compared);
    return mismatch === null ? 'none' : exhaustion(compared, mismatch);
  };

  it.each([
    [forks, '-EAGAIN', 'task 0: fork() -> task 1 is EAGAIN'],
    [forks, '-ENOMEM', 'task 0: fork() -> task 1 is ENOMEM'],
    [gets, '-ENOSPC', 'task 0: msgget(0, 384) is ENOSPC'],
    [gets, '-EAGAIN', null],
    [forks, '-EPERM', null],
  ])('is told from one that differs: %j %s', (script, result, expected) => {
    expect(verdict(script, result)).toBe(expected);
  });
});
