// SPDX-License-Identifier: MIT
/** What a design costs, and does, to those who never ask for anything. */

import { UNDERSTANDS } from '../../core/kernel/directed.ts';
import { LEDGER_ENTRIES } from '../../core/kernel/ledger.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import type { SyscallName } from '../../core/kernel/syscall.ts';
import { type Check, type Design, FULL } from '../check.ts';
import { formatProgram, IDS, programs, type Step, type StepKind } from '../generated/steps.ts';
import { runProgram } from '../generated/turns.ts';
import { difference } from './agreement.ts';
import { shortestWrong } from './in-turns.ts';

const NOBODY = { objects: [], states: [], pids: false };
const SIZE = { minLength: 1, maxLength: 10 };
const plainPrograms = (kinds: readonly StepKind[]) => programs(NOBODY, kinds, 2, SIZE);

/** Plain Linux, which has no way to ask. */
const linux = (kernel: KernelHalf): Design => ({
  kernel,
  caller: {
    direct: () => {
      throw new Error('a plain program asked for something');
    },
  },
});

export const unusedIsUnseen: Check = {
  name: 'who asks for nothing is where nobody can ask',
  directs: IDS,
  run(design, effort = FULL) {
    const kinds = ['get', 'set', 'fork', 'thread', 'handle', 'unshare', 'setuid'] as const;
    return shortestWrong(plainPrograms(kinds), effort, (steps) => {
      const other = difference(runProgram(design, steps), runProgram(linux({}), steps));
      return other === null ? null : `${other}; in: ${formatProgram(steps)}`;
    });
  },
};

const understands = (name: SyscallName): boolean => Object.hasOwn(UNDERSTANDS, name);

/** Null, or what a plain program costs beside one load a call that could have been directed. */
function overcharged(design: Design, steps: readonly Step[]): string | null {
  let couldAsk = 0;
  let made = 0;
  const counting: KernelHalf = {
    entry(_kernel, _task, name) {
      if (understands(name)) couldAsk++;
      if (name === 'fork' || name === 'clone' || name === 'execve') made++;
    },
  };
  const plain = runProgram(linux(counting), steps).kernel.ledger;
  const { ledger } = runProgram(design, steps).kernel;
  const fields = Object.keys(design.kernel.taskFields ?? {}).length;
  for (const entry of LEDGER_ENTRIES) {
    const most = entry === 'fieldOps' ? couldAsk + made * fields : plain[entry];
    if (ledger[entry] > most) return `${entry}: ${ledger[entry]}, where ${most} is enough`;
  }
  return null;
}

export const unusedCostsLoads: Check = {
  name: 'who asks for nothing pays a load a call, and a store a field in each fork and exec',
  directs: IDS,
  run(design, effort = FULL) {
    const kinds = ['get', 'set', 'fork', 'thread'] as const;
    return shortestWrong(plainPrograms(kinds), effort, (steps) => {
      const wrong = overcharged(design, steps);
      return wrong === null ? null : `${wrong}; in: ${formatProgram(steps)}`;
    });
  },
};
