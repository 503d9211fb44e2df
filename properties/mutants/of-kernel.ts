// SPDX-License-Identifier: MIT
/**
 * Kernels with one defect in what directed calls rest on, seen through the setter. The order of
 * plain calls among themselves is compared with real Linux instead (linux/conformance).
 */
import { PREEMPT, type Steps } from '../../core/explore/thread.ts';
import type { Want } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { SyscallHandlers } from '../../core/kernel/strategy.ts';
import type { LinuxSyscalls, SyscallTable } from '../../core/kernel/syscall.ts';
import type { ModelKernel } from '../../core/model/kernel.ts';
import { IPCMNI } from '../../core/model/limits.ts';
import type { Pid } from '../../core/model/pid.ts';
import { type Handler, PLAIN_LINUX } from '../../core/model/table.ts';
import type { Task } from '../../core/model/task.ts';
import { setter } from '../../strategies/setter.ts';
import type { Mutant } from './mutant.ts';

/** What the caller is about to be given, before its call takes it. */
const armed = (current: Task): Want | null => current.field('next_syscall_data').v;

type Around<N extends keyof LinuxSyscalls> = (
  current: Task,
  call: () => Steps<number>,
  kernel: ModelKernel,
  args: SyscallTable[N],
) => Steps<number>;

/** The setter on a kernel with something else around these calls. */
function around<N extends keyof LinuxSyscalls>(
  defect: string,
  names: readonly N[],
  rejectedBy: string,
  body: Around<N>,
): Mutant {
  const syscalls = Object.fromEntries(
    names.map((name) => [
      name,
      (kernel: ModelKernel, current: Task, ...args: SyscallTable[N]) =>
        body(
          current,
          function* () {
            const handler = PLAIN_LINUX[name] as Handler<N>;
            const handled = handler(kernel, current, ...args);
            return typeof handled === 'number' ? handled : yield* handled;
          },
          kernel,
          args,
        ),
    ]),
  );
  const strategy = {
    ...setter,
    kernel: {
      ...setter.kernel,
      syscalls: { ...setter.kernel.syscalls, ...syscalls } as SyscallHandlers,
    },
  };
  return { defect, of: 'kernel', base: setter, strategy, rejectedBy };
}

const OWN = 'each call gets what it asked for, or the one error of the table';
const LEVELS = 'a number that is refused at one level is taken at none';
const APART = 'what is asked for in one namespace is asked for in no other';

export const OF_KERNEL: readonly Mutant[] = [
  around(
    'alloc_pid() moves the cursor for a directed number',
    ['fork'],
    OWN,
    function* (current, call) {
      const want = armed(current);
      const result = yield* call();
      if (want !== null && result >= 0) current.activePidNs.cursor.v = result + 1;
      return result;
    },
  ),
  around(
    'alloc_pid() keeps what it took where an outer number is refused',
    ['fork', 'clone'],
    LEVELS,
    function* (current, call) {
      const want = armed(current);
      const ns = current.activePidNs;
      const result = yield* call();
      const [inner = 0] = want?.values ?? [];
      const isOuter = want?.kind === 'pid' && (want.values.length ?? 0) > 1 && ns.level.v > 0;
      if (isOuter && result === fail('EEXIST') && ns.idr.get(inner) === undefined)
        ns.idr.set(inner, 'reserved' as unknown as Pid);
      return result;
    },
  ),
  around('a child that was refused has used up a number', ['fork'], OWN, function* (current, call) {
    const result = yield* call();
    if (result < 0) current.activePidNs.cursor.v += 1;
    return result;
  }),
  around('a zombie gives its number back', ['exit_group'], OWN, function* (current, call) {
    const { numbers, ns } = current.thePid;
    const result = yield* call();
    ns.v?.idr.delete(numbers.v.at(-1) ?? 0);
    return result;
  }),
  around(
    'ipc_addid() goes on from a directed id',
    ['msgget', 'semget', 'shmget'],
    OWN,
    function* (current, call) {
      const want = armed(current);
      const result = yield* call();
      if (want !== null && result >= 0 && want.kind in current.ipcNs)
        current.ipcNs[want.kind as 'msg'].cursor.v = (result % IPCMNI) + 1;
      return result;
    },
  ),
  around(
    'ipc_addid() takes the sequence number of a directed id for its own',
    ['msgget', 'semget', 'shmget'],
    OWN,
    function* (current, call) {
      const want = armed(current);
      const result = yield* call();
      if (want !== null && result >= 0 && want.kind in current.ipcNs)
        current.ipcNs[want.kind as 'msg'].seq.v = Math.floor(result / IPCMNI);
      return result;
    },
  ),
  around(
    'ipcget() gives who asks for an id the object of its key',
    ['msgget', 'semget', 'shmget'],
    'a call that failed leaves nothing behind',
    function* (current, call, _kernel, [key]) {
      const want = armed(current);
      const found = current.ipcNs.msg.keys.get(key);
      const result = yield* call();
      const isRefused = want?.kind === 'msg' && result === fail('EEXIST') && found !== undefined;
      return isRefused ? found.id.v : result;
    },
  ),
  around(
    'ids are looked for in the IPC namespace of init',
    ['msgget'],
    APART,
    function* (current, call, kernel) {
      const own = current.ipcNs;
      if (armed(current) !== null) current.ipcNsCell.v = kernel.init.ipcNs;
      const result = yield* call();
      current.ipcNsCell.v = own;
      return result;
    },
  ),
  around(
    'unshare() leaves the IPC namespace as it is',
    ['unshare'],
    APART,
    function* (current, call) {
      const before = current.ipcNs;
      const result = yield* call();
      current.ipcNsCell.v = before;
      return result;
    },
  ),
  around(
    'whether an id is free is found out before the lock is taken',
    ['msgget'],
    'threads with calls of their own do not meet, in any interleaving',
    function* (current, call) {
      const want = armed(current);
      const [id = 0] = want?.values ?? [];
      const wasFree =
        want?.kind === 'msg' && current.ipcNs.msg.slots.get(id % IPCMNI) === undefined;
      yield PREEMPT;
      const result = yield* call();
      return wasFree && result === fail('EEXIST') ? id : result;
    },
  ),
];
