// SPDX-License-Identifier: MIT
/**
 * A task that the kernel makes on somebody's behalf: a worker of io_uring, made by create_io_thread()
 * within a call of the task that it serves and by way of copy_process(), alloc_pid() included. A
 * value that is looked for in the allocator is then found by the wrong task. A usermode helper is
 * made by a kernel thread, which nobody arms, so it is not to be seen here.
 *
 * The call that stands for io_uring_enter() does nothing else. General use: a restarter need not
 * use io_uring.
 */
import { CLONE_A_THREAD } from '../../../core/kernel/flags.ts';
import { directAround, type Scenario } from '../../../core/kernel/scenario.ts';
import { sys } from '../../../core/kernel/syscall.ts';
import { exactly, firstWrong, part, plain } from '../../judging.ts';
import { WANTED } from '../../wanted.ts';

declare module '../../../core/kernel/syscall.ts' {
  interface SyscallTable {
    make_io_worker: [program: string];
  }
}

export const kernelMadeThread: Scenario = {
  name: 'kernel-made-thread',
  question: 'Between the passes the kernel makes a thread on the behalf of the task. Which number?',
  rule: "who asked must get the number, and the kernel's thread one that nobody asked for",
  kind: 'hazard',
  context: 'general use',
  directs: ['pid'],
  wants: [WANTED],
  tasks: [{ name: 'A', role: `wants ${WANTED}`, process: 'P', program: 'A' }],
  kernelMade: {
    make_io_worker: (kernel, current, program) =>
      kernel.kernelClone(current, { flags: CLONE_A_THREAD, program }, null),
  },
  programs: (direct, { kind, call }) => ({
    *A(me) {
      let worker = 0;
      const got = yield* directAround(direct, me, { kind, values: [WANTED] }, call, function* () {
        worker = yield sys('make_io_worker', 'worker');
        return worker;
      });
      return [got, worker];
    },
    *worker() {
      return 0;
    },
  }),
  judge: ({ results }) =>
    firstWrong([
      ['the directed fork', part(results.get('A'), 0), exactly(WANTED)],
      ["the kernel's own thread", part(results.get('A'), 1), plain(WANTED)],
    ]),
};
