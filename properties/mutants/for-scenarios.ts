// SPDX-License-Identifier: MIT
/** For scenarios that no strategy fails: a defect each that they must find. */
import { PREEMPT, type Steps } from '../../core/explore/thread.ts';
import { type Want, wantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { IPC_SET } from '../../core/kernel/flags.ts';
import type { Strategy, SyscallHandlers } from '../../core/kernel/strategy.ts';
import { type SyscallTable, sys } from '../../core/kernel/syscall.ts';
import { write } from '../../core/model/file.ts';
import type { ModelKernel } from '../../core/model/kernel.ts';
import { findPidNs } from '../../core/model/pid.ts';
import type { Task } from '../../core/model/task.ts';
import { anyoneWrites } from '../../strategies/controls/anyone-writes.ts';
import { arm } from '../../strategies/fields/next-syscall-data.ts';
import { copyRecord, putRecord, recordBytes } from '../../strategies/fields/want-record.ts';
import { indirect } from '../../strategies/indirect.ts';
import { parse, procfs } from '../../strategies/procfs.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import type { Mutant } from './mutant.ts';

declare module '../../core/kernel/strategy.ts' {
  interface TaskFields {
    /** Ids that a directed msgget is about to take. */
    claimed_ids: readonly number[];
    /** Of a process: the id that was asked for last, and how many asked before. */
    last_asked: { readonly id: number; readonly nth: number };
  }
}

/** Who had the number when the file was opened is gone; who has it now? */
function* writeByNumber(
  kernel: ModelKernel,
  current: Task,
  ...[fd, address, bytes]: SyscallTable['write']
): Steps<number> {
  const pid = current.files.get(fd)?.pid ?? null;
  const ns = current.activePidNs;
  if (pid !== null && pid.v?.task.v === null) pid.v = findPidNs(pid.v.numbers.v[0] ?? 0, ns);
  return yield* write(kernel, current, fd, address, bytes);
}

/** procfs, by what its file takes from the task itself. */
const procfsTaking = (takes: (text: string, isOpenersImage: boolean) => Want | null): Strategy => ({
  ...procfs,
  kernel: {
    ...procfs.kernel,
    procfs: [
      {
        name: 'next_syscall_data',
        mode: 0o600,
        write(kernel, current, target, text, isOpenersImage) {
          const want = current === target ? takes(text, isOpenersImage) : null;
          if (want === null) return fail('EINVAL');
          arm(kernel, current, want);
          return text.length;
        },
      },
    ],
  },
});

export const FOR_SCENARIOS: readonly Mutant[] = [
  {
    defect: 'the argument is checked, and then its kind is read once more',
    of: 'strategy',
    base: setter,
    strategy: {
      ...setter,
      kernel: {
        ...setter.kernel,
        syscalls: {
          *set_next_syscall_data(kernel, current, address, bytes) {
            const want = copyRecord(kernel, current, address, bytes);
            if (typeof want === 'number') return want;
            yield PREEMPT;
            const [number = 0] = kernel.copyFromUser(current, address, 4, 1) ?? [];
            arm(kernel, current, { ...want, kind: wantKind(number) ?? want.kind });
            return 0;
          },
        },
      },
    },
    rejectedBy: 'argument-rewritten',
  },
  {
    defect: 'the caller makes its call, whether or not it could ask',
    of: 'strategy',
    base: setter,
    strategy: {
      ...setter,
      caller: {
        *direct(me, want, call) {
          yield sys('set_next_syscall_data', putRecord(me, want), recordBytes(want.values.length));
          return yield call;
        },
      },
    },
    rejectedBy: 'faulting-argument',
  },
  {
    defect: 'a directed fork hands its parameters on to the child',
    of: 'strategy',
    base: indirect,
    strategy: {
      ...indirect,
      kernel: {
        ...indirect.kernel,
        taskFields: { indirect_params: { initial: null, atFork: 'copy', atExec: 'clear' } },
      },
    },
    rejectedBy: 'child-of-directed-fork',
  },
  {
    defect: 'an id is claimed before the object is made, and a failure leaves it claimed',
    of: 'strategy',
    base: withId,
    strategy: {
      ...withId,
      kernel: {
        ...withId.kernel,
        taskFields: { claimed_ids: { initial: [], atFork: 'clear', atExec: 'keep' } },
        syscalls: {
          ...withId.kernel.syscalls,
          *msgget_with_id(kernel, current, key, flags, id) {
            const claimed = current.field('claimed_ids');
            if (claimed.v.includes(id)) return fail('EEXIST');
            claimed.v = [...claimed.v, id];
            yield PREEMPT;
            const want = { kind: 'msg', values: [id] } as const;
            const result = yield* kernel.doMsgget(current, [key, flags], want);
            if (result >= 0) claimed.v = claimed.v.filter((other) => other !== id);
            return result;
          },
        },
      },
    },
    rejectedBy: 'retried-after-enomem',
  },
  {
    defect: 'of threads that ask for one id at once, who asked last gets it',
    of: 'strategy',
    base: withId,
    strategy: {
      ...withId,
      kernel: {
        ...withId.kernel,
        taskFields: {
          last_asked: { initial: { id: -1, nth: 0 }, atFork: 'clear', atExec: 'clear' },
        },
        syscalls: {
          ...withId.kernel.syscalls,
          *msgget_with_id(kernel, current, key, flags, id) {
            const last = current.leader.field('last_asked');
            const nth = last.v.nth + 1;
            last.v = { id, nth };
            yield PREEMPT;
            const isLast = last.v.id !== id || last.v.nth === nth;
            if (id >= 0 && !isLast) return fail('EEXIST');
            return yield* kernel.doMsgget(current, [key, flags], { kind: 'msg', values: [id] });
          },
        },
      },
    },
    rejectedBy: 'linearizable-one-id',
  },
  {
    defect: 'a state is set in two steps, and whoever reads it in between sees half of it',
    of: 'strategy',
    base: withId,
    strategy: {
      ...withId,
      kernel: {
        ...withId.kernel,
        syscalls: {
          ...withId.kernel.syscalls,
          *msgctl_with_state(kernel, current, id, buffer, address, count) {
            const values = kernel.copyFromUser(current, address, 8, count);
            if (values === null) return fail('EFAULT');
            const set = (all: readonly number[]) =>
              kernel.doMsgctl(current, [id, IPC_SET, buffer], { kind: 'msg_state', values: all });
            // Up to the time of the last message received.
            const half = yield* set(values.map((value, at) => (at < 3 ? value : 0)));
            return half < 0 ? half : yield* set(values);
          },
        },
      },
    },
    rejectedBy: 'linearizable-state',
  },
  {
    defect: "a descriptor of a task's file means whoever has its number",
    of: 'kernel',
    base: anyoneWrites,
    strategy: {
      ...anyoneWrites,
      kernel: {
        ...anyoneWrites.kernel,
        syscalls: { write: writeByNumber } as unknown as SyscallHandlers,
      },
    },
    rejectedBy: 'tid-reuse',
  },
  {
    defect: 'a text that was cut is a text',
    of: 'strategy',
    base: procfs,
    strategy: procfsTaking((text, isOpenersImage) =>
      isOpenersImage ? (parse(text) ?? parse(`${text}\n`)) : null,
    ),
    rejectedBy: 'split-write',
  },
  {
    defect: 'a file may be written to by another program than the one that opened it',
    of: 'strategy',
    base: procfs,
    strategy: procfsTaking(parse),
    rejectedBy: 'set-uid-standard-error',
  },
];
