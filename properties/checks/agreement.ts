// SPDX-License-Identifier: MIT
/**
 * Where nothing races, how the argument travels makes no difference: the same program ends in the
 * same way by every design. with_id is what the others are compared with, as nothing of it stays in
 * the kernel between two calls; that it does what it should is for the other checks to say.
 */
import { checkpoint } from '../../core/restart/checkpoint.ts';
import { withId } from '../../strategies/with-id.ts';
import { type Check, FULL } from '../check.ts';
import { directsOf, formatProgram, IDS, programs, type Step } from '../generated/steps.ts';
import { type Ran, runProgram } from '../generated/turns.ts';
import { OBJECTS } from '../generated/world.ts';
import { shortestWrong } from './in-turns.ts';

/** An object of each type, so that there is one to be set. */
const PROLOGUE: readonly Step[] = OBJECTS.map(
  (type) => ({ does: 'get', type, key: 0, want: null, removes: false }) as const,
);
/** Plain calls, so that what only the next call would show is seen as well. */
const EPILOGUE: readonly Step[] = [
  ...PROLOGUE,
  { does: 'fork', into: 'same', want: null, execs: false, steps: [], waits: false },
];

/** Null, or the first thing that two runs of one program do not have in common. */
export function difference(one: Ran, other: Ran): string | null {
  for (const [n, result] of one.results.entries()) {
    if (result !== other.results[n]) return `call ${n + 1} gave ${result} and ${other.results[n]}`;
  }
  const [end, otherEnd] = [visibleEnd(one), visibleEnd(other)];
  return end === otherEnd ? null : `it ends in ${end} and ${otherEnd}`;
}

/** Tasks with their numbers at every level, and IPC objects with their state. */
function visibleEnd({ kernel }: Ran): string {
  const { init } = kernel;
  const { tasks, ipc, otherIpc } = checkpoint(kernel, init.signal, init.activePidNs);
  return JSON.stringify({ tasks, ipc, otherIpc });
}

export const designsAgree: Check = {
  name: 'a program without races ends as it does by with_id',
  directs: IDS,
  run(design, effort = FULL) {
    const kinds = [
      'get',
      'get',
      'set',
      'set',
      'fork',
      'thread',
      'handle',
      'unshare',
      'setuid',
    ] as const;
    const size = { minLength: 1, maxLength: 10 };
    return shortestWrong(programs(directsOf(design), kinds, 2, size), effort, (steps) => {
      const all = [...PROLOGUE, ...steps, ...EPILOGUE];
      const other = difference(runProgram(design, all), runProgram(withId, all));
      return other === null ? null : `${other}; in: ${formatProgram(steps)}`;
    });
  },
};
