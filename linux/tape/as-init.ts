// SPDX-License-Identifier: MIT
/** Records programs of which one is run as a kernel's init, and forks the others. */

import { O_RDONLY } from '../../core/kernel/flags.ts';
import { putText } from '../../core/kernel/memory.ts';
import type { KernelHalf } from '../../core/kernel/strategy.ts';
import { type ProgramBody, type Programs, sys } from '../../core/kernel/syscall.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import { runInit } from '../../core/model/run.ts';
import { Logs } from './log.ts';
import { NotATape, tapesOf } from './record.ts';
import type { Tape } from './tape.ts';

/** Not a multiple of what programs allocate. */
const SHIFT = 1 << 16;
const DESCRIPTORS = 3;
const SOME_FILE = '/proc/self/comm';

/** @throws NotATape */
export function recordAsInit(
  programs: Programs,
  init: string,
  half: KernelHalf = {},
): ReadonlyMap<string, Tape> {
  const [one, two] = [new Logs(0), new Logs(SHIFT)];
  run(one.logged(programs), init, half);
  const logged = two.logged(programs);
  const body = logged[init];
  if (body === undefined) throw new NotATape(`there is no program ${init}`);
  run({ ...logged, ...elsewhere(body) }, 'elsewhere', half);
  return tapesOf(one, two);
}

/** The same with other numbers for what a kernel may choose. */
const elsewhere = (body: ProgramBody): Programs => ({
  *elsewhere(me) {
    for (let n = 0; n < DESCRIPTORS; n++) {
      yield sys('open', putText(me.memory, SOME_FILE), SOME_FILE.length, O_RDONLY);
    }
    // Its number is passed over then, and free for who asks for it.
    const passed = yield sys('fork', 'passed over');
    yield sys('wait4', passed, 0, 0);
    return yield* body(me);
  },
  *'passed over'() {
    return yield sys('exit_group', 0);
  },
});

function run(programs: Programs, init: string, half: KernelHalf): void {
  runInit(new ModelKernel(half, programs), init);
}
