// SPDX-License-Identifier: MIT
/** What a program that is executed finds armed: nothing, unless nobody thought of it. */
import { describe, expect, it } from 'vitest';
import { EXECUTABLE, IPC_CREAT, IPC_PRIVATE } from '../core/kernel/flags.ts';
import { putText } from '../core/kernel/memory.ts';
import { directBy } from '../core/kernel/scenario.ts';
import type { CallerHalf, Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { trial } from '../core/model/trial.ts';
import { nextSyscallData } from './fields/next-syscall-data.ts';
import { procfsJuly } from './posted/procfs-july.ts';
import { procfsV1 } from './posted/procfs-v1.ts';
import { procfsV2 } from './posted/procfs-v2.ts';
import { setterJuly } from './posted/setter-july.ts';
import { procfs } from './procfs.ts';
import { setter } from './setter.ts';
import { setterShielded } from './variations/setter-shielded.ts';

const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);

/** Another call in place of the one that is directed. */
const instead = (
  { direct, ...half }: CallerHalf,
  other: (me: Caller) => ReturnType<typeof sys>,
) => ({
  ...half,
  *direct(...[me, want, call, prepared]: Parameters<CallerHalf['direct']>): Program {
    const steps = direct(me, want, call, prepared);
    let step = steps.next(0);
    while (step.done !== true) {
      step = steps.next(yield step.value === call ? other(me) : step.value);
    }
    return step.value;
  },
});

/** The id that the new program's plain call gets, after the old one asked for 101 and did not call. */
function foundByTheNewProgram({ caller, kernel }: Pick<Strategy, 'caller' | 'kernel'>) {
  const exec = ({ memory }: Caller) =>
    sys('execve', 'next', putText(memory, EXECUTABLE), EXECUTABLE.length);
  const direct = directBy(instead(caller, exec));
  return trial(
    (say) => ({
      *init(me) {
        say(yield* direct(me, { kind: 'msg', values: [101] }, QUEUE));
        return 0;
      },
      *next() {
        say(yield QUEUE);
        return 0;
      },
    }),
    kernel,
  ).said;
}

describe('a program that is executed', () => {
  it.each([
    procfs,
    { ...procfs, name: 'procfs (kept)', caller: procfs.variants?.kept as CallerHalf },
    { ...procfs, name: 'procfs (openat)', caller: procfs.variants?.openat as CallerHalf },
    setter,
    setterShielded,
  ])('finds nothing armed by $name', (strategy) => {
    expect(foundByTheNewProgram(strategy)).toEqual([0]);
  });

  it('would, if exec did not clear the field', () => {
    const { next_syscall_data: field } = nextSyscallData;
    const taskFields = {
      next_syscall_data: { ...field, atExec: 'keep' },
    } as typeof nextSyscallData;
    const kept = { ...setter, kernel: { ...setter.kernel, taskFields } };
    expect(foundByTheNewProgram(kept)).toEqual([101]);
  });

  it('finds the value of April, of which nobody said that exec clears it', () => {
    expect(foundByTheNewProgram(procfsV1)).toEqual([101]);
    expect(foundByTheNewProgram(procfsV2)).toEqual([101]);
  });

  it('is itself the next call of July, and has spent the value', () => {
    expect(foundByTheNewProgram(procfsJuly)).toEqual([0]);
    expect(foundByTheNewProgram(setterJuly)).toEqual([0]);
  });
});
