// SPDX-License-Identifier: MIT
/** The setter, and forms of it, with one hook of the kernel half replaced. */
import { type Cell, CellMap } from '../../core/explore/cell.ts';
import { PREEMPT } from '../../core/explore/thread.ts';
import { type Want, wantKind } from '../../core/kernel/directed.ts';
import type { InKernel, KernelHalf, Strategy, TaskView } from '../../core/kernel/strategy.ts';
import type { Task } from '../../core/model/task.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { arm, take, takenByTheCall } from '../../strategies/fields/next-syscall-data.ts';
import { copyRecord } from '../../strategies/fields/want-record.ts';
import { setter } from '../../strategies/setter.ts';
import { setterShielded } from '../../strategies/variations/setter-shielded.ts';
import type { Mutant } from './mutant.ts';

/** The setter, or a form of it, with a part of its kernel half replaced. */
const setterWith = (
  defect: string,
  rejectedBy: string,
  replaced: KernelHalf,
  base: Strategy = setter,
): Mutant => ({
  defect,
  of: 'strategy',
  base,
  strategy: { ...base, kernel: { ...base.kernel, ...replaced } },
  rejectedBy,
});

const FIELD = 'next_syscall_data';

/** Values by the number of a task, in each kernel that was booted with it. */
const byNumber = new WeakMap<InKernel, CellMap<number, Want>>();

function numbered(kernel: InKernel, task: TaskView): Cell<Want | undefined> {
  const values = byNumber.get(kernel) ?? new CellMap<number, Want>(null, 'value of');
  byNumber.set(kernel, values);
  return values.at((task as Task).thePid.numbers.v[0] ?? 0);
}

export const OF_THE_SETTER: readonly Mutant[] = [
  setterWith('exec leaves the field as it is', 'a new program finds nothing of the old one', {
    taskFields: { [FIELD]: { initial: null, atFork: 'clear', atExec: 'keep' } },
  }),
  setterWith(
    'the question is asked in the allocator, behind the early exits',
    'a call that failed leaves nothing behind',
    { asked: { ...takenByTheCall, askedIn: 'allocator' } },
  ),
  setterWith(
    'a call that is made again does not find its value again',
    'a fork that is interrupted and made again is still directed',
    { asked: { askedIn: 'call', wanted: take } },
  ),
  setterWith(
    'values are kept by the number of a task, and outlive it',
    'a task with the number of a dead one finds nothing of its',
    {
      syscalls: {
        *set_next_syscall_data(kernel, current, address, bytes) {
          const want = copyRecord(kernel, current, address, bytes);
          if (typeof want === 'number') return want;
          numbered(kernel, current).v = want;
          return 0;
        },
      },
      asked: {
        askedIn: 'call',
        wanted(kernel, current, kind) {
          const value = numbered(kernel, current);
          const want = value.v;
          if (want?.kind !== kind) return null;
          value.v = undefined;
          return want;
        },
      },
    },
  ),
  setterWith(
    'the kind is checked, and then read again',
    'what was checked of an argument is what is used',
    {
      syscalls: {
        *set_next_syscall_data(kernel, current, address, bytes) {
          const want = copyRecord(kernel, current, address, bytes);
          if (typeof want === 'number') return want;
          yield PREEMPT;
          const [again = 0] = kernel.copyFromUser(current, address, 4, 1) ?? [];
          arm(kernel, current, { ...want, kind: wantKind(again) ?? 'sem_state' });
          return 0;
        },
      },
    },
  ),
  setterWith(
    'kind and values are stored one after the other',
    'nobody gets what nobody asked for with that kind',
    {
      syscalls: {
        *set_process_data(kernel, current, address, bytes) {
          const want = copyRecord(kernel, current, address, bytes);
          if (typeof want === 'number') return want;
          const field = current.leader.field(FIELD);
          field.v = { kind: want.kind, values: field.v?.values ?? [] };
          yield PREEMPT;
          field.v = { kind: field.v?.kind ?? want.kind, values: want.values };
          return 0;
        },
      },
    },
    processField,
  ),
  setterWith(
    'a handler finds the value of what it interrupted',
    'handlers that strike at any point do not meet what they interrupt',
    {
      signalDelivery(_kernel, current) {
        const shielded = current.field('shielded_data');
        shielded.v = [...shielded.v, current.field(FIELD).v];
      },
    },
    setterShielded,
  ),
  setterWith(
    'what a handler interrupted does not get its value back',
    'handlers that strike at any point do not meet what they interrupt',
    { signalReturn: () => {} },
    setterShielded,
  ),
  setterWith(
    'a handler that returns leaves a value in the field',
    'a handler between two calls finds nothing and leaves nothing',
    {
      signalReturn(_kernel, current) {
        current.field(FIELD).v = { kind: 'msg', values: [0] };
      },
    },
  ),
  setterWith(
    'the field of a new task is 0, and not empty',
    'who asks for nothing is where nobody can ask',
    {
      taskFields: {
        [FIELD]: { initial: { kind: 'pid', values: [0] }, atFork: 'clear', atExec: 'clear' },
      },
    },
  ),
  setterWith(
    'every call looks at the field, whether it understands it or not',
    'who asks for nothing pays a load a call, and a store a field in each fork and exec',
    {
      entry(kernel) {
        kernel.ledger.fieldOps++;
      },
    },
  ),
  setterWith(
    'each value is copied once more for every object that is there',
    'the work of a program is the sum of the work of its calls',
    {
      asked: {
        ...takenByTheCall,
        wanted(kernel, current, kind) {
          kernel.ledger.copied += (current as Task).ipcNs.msg.inUse.v;
          return take(kernel, current, kind);
        },
      },
    },
  ),
  setterWith(
    'the state of a queue comes back without its pids',
    'a program without races ends as it does by with_id',
    {
      asked: {
        ...takenByTheCall,
        wanted(kernel, current, kind) {
          const want = take(kernel, current, kind);
          if (want?.kind !== 'msg_state') return want;
          return { ...want, values: want.values.map((value, n) => (n < 2 ? 0 : value)) };
        },
      },
    },
  ),
];
