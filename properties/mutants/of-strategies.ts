import { type Want, wantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import type { CallerHalf, InKernel, Strategy, TaskView } from '../../core/kernel/strategy.ts';
import type { Syscall } from '../../core/kernel/syscall.ts';
import { anyoneWrites } from '../../strategies/controls/anyone-writes.ts';
import { checkAtSet } from '../../strategies/controls/check-at-set.ts';
import { keepsOnFailure } from '../../strategies/controls/keeps-on-failure.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { nextSyscallData } from '../../strategies/fields/next-syscall-data.ts';
import { indirect } from '../../strategies/indirect.ts';
import { procfs } from '../../strategies/procfs.ts';
import { setter } from '../../strategies/setter.ts';
import { withId } from '../../strategies/with-id.ts';
import { lockAroundBoth, lockAroundSet } from './locked.ts';
import type { Mutant } from './mutant.ts';
import { OF_THE_SETTER } from './of-the-setter.ts';

const withCaller = (strategy: Strategy, direct: CallerHalf['direct']): Strategy => ({
  ...strategy,
  caller: { direct },
});

/** The field's rule, with something else done on taking. */
const takenOtherwise = (wanted: (task: TaskView, kind: Want['kind']) => Want | null): Strategy => ({
  ...setter,
  kernel: {
    ...setter.kernel,
    asked: { askedIn: 'call', wanted: (_kernel, task, kind) => wanted(task, kind) },
  },
});

/** Falls back to the plain call, as *_next_id slides to a neighbour. */
const fallsBackOn = (errno: 'EEXIST' | 'EPERM'): Strategy =>
  withCaller(withId, function* (me, want, call, prepared) {
    const result = yield* withId.caller.direct(me, want, call, prepared);
    return result === fail(errno) ? yield call : result;
  });

/** indirect with its order of work changed. */
const indirectAs = (
  indirectCall: (
    kernel: InKernel,
    current: TaskView,
    call: Syscall,
    params: number,
  ) => Generator<null, number, void>,
): Strategy => ({
  ...indirect,
  kernel: {
    ...indirect.kernel,
    syscalls: {
      *indirect(kernel, current, registers, params) {
        const copied = kernel.copyRegisters(current, registers, 7);
        if (copied === null) return fail('EFAULT');
        const [name, ...args] = copied;
        return yield* indirectCall(kernel, current, { name, args } as Syscall, params);
      },
    },
  },
});

function readWant(kernel: InKernel, current: TaskView, params: number): Want | null {
  const header = kernel.copyFromUser(current, params, 4, 2);
  const kind = wantKind(header?.[0] ?? 0);
  const values = kernel.copyFromUser(current, params + 8, 8, header?.[1] ?? 0);
  return kind === null || values === null ? null : { kind, values };
}

export const OF_STRATEGIES: readonly Mutant[] = [
  {
    defect: 'asks for the next number instead',
    of: 'strategy',
    base: withId,
    strategy: withCaller(withId, (me, { kind, values }, call, prepared) =>
      withId.caller.direct(me, { kind, values: values.map((n) => n + 1) }, call, prepared),
    ),
    rejectedBy: 'each call gets what it asked for, or the one error of the table',
  },
  {
    defect: 'takes another id where the one asked for is taken',
    of: 'strategy',
    base: withId,
    strategy: fallsBackOn('EEXIST'),
    rejectedBy: 'each call gets what it asked for, or the one error of the table',
  },
  {
    defect: 'one field for the whole process',
    of: 'strategy',
    base: setter,
    strategy: processField,
    rejectedBy: 'threads that ask at once each get their own, in every interleaving',
  },
  {
    defect: 'the field is not cleared when it is taken',
    of: 'strategy',
    base: setter,
    strategy: takenOtherwise((task, kind) => {
      const want = task.field('next_syscall_data').v;
      return want?.kind === kind ? want : null;
    }),
    rejectedBy: 'a call that succeeded leaves nothing behind',
  },
  {
    defect: 'the parameters are cleared on success only',
    of: 'strategy',
    base: indirect,
    strategy: indirectAs(function* (kernel, current, call, params) {
      const want = readWant(kernel, current, params);
      if (want === null) return fail('EFAULT');
      current.field('indirect_params').v = want;
      const result = yield* kernel.dispatch(current, call) as Generator<null, number, void>;
      if (result >= 0) current.field('indirect_params').v = null;
      return result;
    }),
    rejectedBy: 'a call that failed leaves nothing behind',
  },
  {
    defect: 'the field is set before everything is copied in',
    of: 'strategy',
    base: indirect,
    strategy: indirectAs(function* (kernel, current, call, params) {
      const header = kernel.copyFromUser(current, params, 4, 2);
      const kind = wantKind(header?.[0] ?? 0);
      if (kind === null) return fail('EFAULT');
      current.field('indirect_params').v = { kind, values: [0] };
      const want = readWant(kernel, current, params);
      if (want === null) return fail('EFAULT');
      current.field('indirect_params').v = want;
      const result = yield* kernel.dispatch(current, call) as Generator<null, number, void>;
      current.field('indirect_params').v = null;
      return result;
    }),
    rejectedBy: 'a fault leaves nothing behind',
  },
  {
    defect: 'whatever call comes next takes the value',
    of: 'strategy',
    base: setter,
    strategy: takenOtherwise((task, kind) => {
      const field = task.field('next_syscall_data');
      const want = field.v;
      field.v = null;
      return want === null ? null : { kind, values: want.values };
    }),
    rejectedBy: 'a call of another kind is as plain',
  },
  {
    defect: 'the child of fork inherits the field',
    of: 'strategy',
    base: setter,
    strategy: {
      ...setter,
      kernel: {
        ...setter.kernel,
        taskFields: {
          ...nextSyscallData,
          next_syscall_data: { initial: null, atFork: 'copy', atExec: 'clear' },
        },
      },
    },
    rejectedBy: 'a child inherits nothing',
  },
  {
    defect: 'anybody may write to the file of a task',
    of: 'strategy',
    base: procfs,
    strategy: anyoneWrites,
    rejectedBy: 'what one task prepared arms no other',
  },
  {
    defect: 'without privilege it gives some number',
    of: 'strategy',
    base: withId,
    strategy: fallsBackOn('EPERM'),
    rejectedBy: 'no privilege, no number',
  },
  {
    defect: 'a call that fails gives the value back',
    of: 'strategy',
    base: setter,
    strategy: keepsOnFailure,
    rejectedBy: 'a call that failed leaves nothing behind',
  },
  {
    defect: 'privilege is tested where the value is set',
    of: 'strategy',
    base: setter,
    strategy: checkAtSet,
    rejectedBy: 'privilege is asked for where the id is taken, and of whoever takes it',
  },
  {
    defect: 'a lock reaches around the setting, and not around the call',
    of: 'strategy',
    base: lockAroundBoth,
    strategy: lockAroundSet,
    rejectedBy: 'threads that ask at once each get their own, in every interleaving',
  },
  {
    defect: 'numbers are taken outermost level first',
    of: 'strategy',
    base: setter,
    strategy: withCaller(setter, (me, want, call, prepared) =>
      setter.caller.direct(me, { ...want, values: want.values.toReversed() }, call, prepared),
    ),
    rejectedBy: 'a number that is refused at one level is taken at none',
  },
  {
    defect: 'the child of a wrapped fork inherits the parameters',
    of: 'strategy',
    base: indirect,
    strategy: {
      ...indirect,
      kernel: {
        ...indirect.kernel,
        taskFields: { indirect_params: { initial: null, atFork: 'copy', atExec: 'clear' } },
      },
    },
    rejectedBy: 'children and threads ask for themselves alone',
  },
  ...OF_THE_SETTER,
];
