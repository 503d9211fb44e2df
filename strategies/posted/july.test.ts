// SPDX-License-Identifier: MIT
/** The wording of July 2008, "next syscall to be called", by a file and by a call. */
import { describe, expect, it } from 'vitest';
import type { Directable, WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_SET,
  IPC_STAT,
  O_WRONLY,
} from '../../core/kernel/flags.ts';
import {
  CLONE_ARGS,
  getStruct,
  MSQID_DS,
  putNumbers,
  putStruct,
  putText,
} from '../../core/kernel/memory.ts';
import { A_TIMER, directBy, plainly } from '../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import { callers } from '../../properties/checks.ts';
import { armNextCall, takenByTheNextCall } from '../fields/next-call-data.ts';
import { procfsJuly } from './procfs-july.ts';
import { setterJuly } from './setter-july.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const SET = sys('semget', IPC_PRIVATE, 1, NEW);
const PATH = '/proc/thread-self/next_syscall_data';

const open = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_WRONLY);
const write = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

/** Arms by setter's call, which is one call and no more. */
const arm = ({ memory }: Caller, ...values: readonly number[]) =>
  sys('set_next_call_data', putNumbers(memory, 8, values), values.length);

const whole = [procfsJuly, setterJuly].flatMap((strategy) =>
  callers(strategy)
    .filter(([name]) => !name.includes('closes first'))
    .map(([name, caller]) => ({ name, strategy, direct: directBy(caller) })),
);

describe.each(whole)('$name', ({ strategy, direct }) => {
  const ask = (me: Caller, kind: WantKind, values: readonly number[], call: Directable) =>
    direct(me, { kind, values }, call);

  it('directs ids, pids of several levels, and state', () => {
    const { said } = trial(
      (say) => ({
        *init(me): Program {
          say(yield* ask(me, 'msg', [101], QUEUE), yield* ask(me, 'sem', [102], SET));
          say(yield* ask(me, 'shm', [103], sys('shmget', IPC_PRIVATE, 1, NEW)));
          say(yield* ask(me, 'pid', [11], sys('fork', 'child')));
          say(yield* ask(me, 'pid', [1, 12], sys('clone', CLONE_NEWPID, 'child')));
          const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600, qbytes: 1 });
          say(
            yield* ask(me, 'msg_state', [1, 4711, 10, 20, 30], sys('msgctl', 101, IPC_SET, buffer)),
          );
          yield sys('msgctl', 101, IPC_STAT, buffer);
          say(getStruct(me.memory, buffer, MSQID_DS).lrpid);
          return 0;
        },
        *child() {
          return yield sys('exit_group', 0);
        },
      }),
      strategy.kernel,
    );
    expect(said).toEqual([101, 102, 103, 11, 12, 0, 4711]);
  });

  it('leaves nothing behind a call that failed, found its key, or had no privilege', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const exists = sys('msgget', 7, NEW | IPC_EXCL);
          say(yield exists, yield* ask(me, 'msg', [101], exists), yield QUEUE);
          say(yield* ask(me, 'msg', [0], QUEUE), yield QUEUE);
          yield sys('setuid', 1000);
          say(yield* ask(me, 'msg', [101], QUEUE), yield QUEUE);
          return 0;
        },
      }),
      strategy.kernel,
    );
    const EEXIST = fail('EEXIST');
    expect(said.slice(0, 5)).toEqual([0, EEXIST, 1, EEXIST, 2]);
    expect(said.slice(5)).toEqual([fail('EPERM'), 3]);
  });

  it('makes no call for a timer', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const address = me.memory.allocate(4);
          say(yield* ask(me, 'timer', [5], sys('timer_create', 1, 0, address)));
          return 0;
        },
      }),
      strategy.kernel,
    );
    expect(said).toEqual([fail('ENOSYS')]);
  });
});

describe('the next call', () => {
  const run = (init: (me: Caller, say: (...what: unknown[]) => void) => Program) =>
    trial(
      (say) => ({
        init: (me) => init(me, say),
        *child() {
          say(yield QUEUE);
          return yield sys('exit_group', 0);
        },
      }),
      setterJuly.kernel,
    ).said;

  it('has the value whatever its kind, and nobody after it', () => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      say(yield SET, yield QUEUE);
      return 0;
    });
    expect(said).toEqual([101, 0]);
  });

  it.each([
    ['getpid', sys('getpid')],
    ['a call that does not exist', sys('nothing' as 'getpid')],
    ['a call that fails', sys('close', 99)],
    ['a *ctl that sets nothing', sys('msgctl', 9, IPC_STAT, 0)],
  ])('loses it if it is %s', (_, between) => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      yield between;
      say(yield QUEUE);
      return 0;
    });
    expect(said).toEqual([0]);
  });

  it('loses it if it is a timer_create, which nobody named', () => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      say(yield* plainly(me, A_TIMER.call), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([0, 0]);
  });

  it('is not the one that is under way when the value comes', () => {
    const { asked } = takenByTheNextCall;
    const { said } = trial(
      (say) => ({
        *init() {
          say(yield sys('getpid'), yield QUEUE);
          return 0;
        },
      }),
      {
        ...takenByTheNextCall,
        syscalls: {
          // As if another task wrote to the file meanwhile.
          *getpid(kernel, current) {
            armNextCall(kernel, current, [101]);
            return asked?.wanted(kernel, current, 'msg') === null ? 1 : 0;
          },
        },
      },
    );
    expect(said).toEqual([1, 101]);
  });

  it('may arm anew, and then what it said counts', () => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      yield arm(me, 102);
      say(yield QUEUE);
      return 0;
    });
    expect(said).toEqual([102]);
  });

  it('loses it to a refusal to arm, too', () => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      say(yield arm(me), yield QUEUE);
      yield arm(me, 101);
      say(yield sys('set_next_call_data', 99, 1), yield QUEUE);
      yield arm(me, 101);
      say(yield sys('set_next_call_data', 99, 1e9), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([fail('EINVAL'), 0, fail('EFAULT'), 1, fail('EINVAL'), 2]);
  });

  it('if it makes a child leaves the child nothing', () => {
    const said = run(function* (me, say) {
      yield arm(me, 101);
      // It does not understand the value, so that it is due while the task is copied.
      const args = putStruct(me.memory, CLONE_ARGS, { exit_signal: 17 });
      say(yield sys('clone3', 'child', args, CLONE_ARGS.bytes));
      return 0;
    });
    expect(said).toEqual([2, 0]);
  });
});

describe('the file of July', () => {
  const closesFirst = procfsJuly.variants?.['closes first'];

  it('loses its value to a caller that closes it first', () => {
    if (closesFirst === undefined) throw new Error('no such variant');
    const direct = directBy(closesFirst);
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* direct(me, { kind: 'msg', values: [101] }, QUEUE));
          return 0;
        },
      }),
      procfsJuly.kernel,
    );
    expect(said).toEqual([0]);
  });

  it('is written to by whoever may open it, for the next call that its task begins', () => {
    const { said } = trial(
      (say, all) => ({
        *init(me) {
          yield sys('fork', 'other');
          const fd = yield open(me, '/proc/2/task/2/next_syscall_data');
          say(yield write(me, fd, 'LONG 101'), yield QUEUE);
          return 0;
        },
        *other() {
          yield { until: () => all.length === 2, why: 'its parent' };
          say(yield QUEUE);
          return 0;
        },
      }),
      procfsJuly.kernel,
    );
    expect(said).toEqual([8, 0, 101]);
  });

  it('refuses what is no value', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const fd = yield open(me, PATH);
          say(yield write(me, fd, 'msg LONG1 101'), yield QUEUE);
          return 0;
        },
      }),
      procfsJuly.kernel,
    );
    expect(said).toEqual([fail('EINVAL'), 0]);
  });
});
