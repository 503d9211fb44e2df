// SPDX-License-Identifier: MIT
/** Each control does what it is there to fail for, where the best form does not. */
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CAPABILITY_VERSION_3,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_SET,
  O_WRONLY,
} from '../../core/kernel/flags.ts';
import { MSQID_DS, putNumbers, putStruct, putText } from '../../core/kernel/memory.ts';
import { A_QUEUE } from '../../core/kernel/scenario.ts';
import type { CallerHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import { callers } from '../../properties/checks.ts';
import { foreignWriter } from '../../properties/scenarios/descriptors/foreign-writer.ts';
import { procfs } from '../procfs.ts';
import { setter } from '../setter.ts';
import { anyoneWrites } from './anyone-writes.ts';
import { checkAtSet } from './check-at-set.ts';
import { keepsOnFailure } from './keeps-on-failure.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const EXISTS = sys('msgget', 7, NEW | IPC_EXCL);

const open = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_WRONLY);
const write = ({ memory }: Caller, fd: number, text: string) =>
  sys('write', fd, putText(memory, text), text.length);

/** Whoever it is stays who it is, so that what it owns stays its own. */
function* giveUpCapabilities({ memory }: Caller): Program {
  const header = putNumbers(memory, 4, [CAPABILITY_VERSION_3, 0]);
  return yield sys('capset', header, putNumbers(memory, 4, [0, 0, 0, 0, 0, 0]));
}

/** The call that arms for a queue of id 101, alone. */
const arm = ({ memory }: Caller, { kernel }: Strategy) => {
  const record = memory.allocate(16);
  memory.store(record, 2);
  memory.store(record + 4, 1);
  memory.store(record + 8, 101);
  const name =
    'set_granted_data' in (kernel.syscalls ?? {}) ? 'set_granted_data' : 'set_next_syscall_data';
  return sys(name, record, 16);
};

describe('anyone-writes', () => {
  const armedBy = (strategy: Strategy, uid: number) =>
    trial(
      (say, all) => ({
        *init() {
          yield sys('fork', 'other');
          yield { until: () => all.length > 0, why: 'the other' };
          say(yield QUEUE);
          return 0;
        },
        *other(me) {
          yield sys('setuid', uid);
          const fd = yield open(me, '/proc/1/task/1/next_syscall_data');
          say(fd < 0 ? fd : yield write(me, fd, 'msg LONG1 101\n'));
          return 0;
        },
      }),
      strategy.kernel,
    ).said;

  it('lets any task of the same user arm another, which procfs refuses', () => {
    expect(armedBy(anyoneWrites, 0)).toEqual([14, 101]);
    expect(armedBy(procfs, 0)).toEqual([fail('EACCES'), 0]);
  });

  it('keeps other users out, by the mode, and takes no other text', () => {
    expect(armedBy(anyoneWrites, 1000)).toEqual([fail('EACCES'), 0]);
    const { said } = trial(
      (say) => ({
        *init(me) {
          const fd = yield open(me, '/proc/thread-self/next_syscall_data');
          say(yield write(me, fd, 'LONG 101'), yield QUEUE);
          return 0;
        },
      }),
      anyoneWrites.kernel,
    );
    expect(said).toEqual([fail('EINVAL'), 0]);
  });

  it('lets a descriptor arm whoever opened it, wherever it went', () => {
    const inherited = (strategy: Strategy) =>
      trial(
        (say, all) => ({
          *init(me) {
            yield open(me, '/proc/thread-self/next_syscall_data');
            yield sys('fork', 'other');
            yield { until: () => all.length > 0, why: 'the other' };
            say(yield QUEUE);
            return 0;
          },
          *other(me) {
            yield sys('setuid', 1000);
            say(yield write(me, 0, 'msg LONG1 101\n'));
            return 0;
          },
        }),
        strategy.kernel,
      ).said;
    expect(inherited(anyoneWrites)).toEqual([14, 101]);
    expect(inherited(procfs)).toEqual([fail('EACCES'), 0]);
  });
});

describe('check-at-set', () => {
  const afterSetuid = (strategy: Strategy) =>
    trial(
      (say) => ({
        *init(me) {
          say(yield arm(me, strategy));
          yield sys('setuid', 1000);
          say(yield QUEUE, yield arm(me, strategy), yield QUEUE);
          return 0;
        },
      }),
      strategy.kernel,
    ).said;

  it('gives what was granted to a task without privilege, and grants nothing to it', () => {
    expect(afterSetuid(checkAtSet)).toEqual([0, 101, fail('EPERM'), 0]);
    expect(afterSetuid(setter)).toEqual([0, fail('EPERM'), 0, fail('EPERM')]);
  });

  it.each([
    ['a pid', 1, [11], sys('fork', 'child'), 11],
    ['the state of a queue', 5, [1, 2, 3, 4, 5], null, 0],
    ['a timer', 8, [7], null, 0],
  ] as const)('does so for %s', (what, kind, values, call, result) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const id = yield QUEUE;
          const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600, qbytes: 1 });
          const mine =
            what === 'a timer'
              ? sys('timer_create', 1, 0, me.memory.allocate(4))
              : sys('msgctl', id, IPC_SET, buffer);
          const record = putNumbers(me.memory, 8, [0, ...values]);
          me.memory.store(record, kind);
          me.memory.store(record + 4, values.length);
          yield sys('set_granted_data', record, 8 + 8 * values.length);
          yield* giveUpCapabilities(me);
          say(yield call ?? mine);
          return 0;
        },
        *child() {
          return 0;
        },
      }),
      checkAtSet.kernel,
    );
    expect(said).toEqual([result]);
  });
});

describe('keeps-on-failure', () => {
  const afterFailure = (strategy: Strategy) =>
    trial(
      (say) => ({
        *init(me) {
          say(yield EXISTS);
          yield arm(me, strategy);
          say(yield EXISTS, yield QUEUE, yield QUEUE);
          return 0;
        },
      }),
      strategy.kernel,
    ).said;

  it('hands the value of a failed call to the next, once', () => {
    expect(afterFailure(keepsOnFailure)).toEqual([0, fail('EEXIST'), 101, 1]);
    expect(afterFailure(setter)).toEqual([0, fail('EEXIST'), 1, 2]);
  });
});

describe('anyone-writes is armed by a stranger', () => {
  const isArmed = ({ kernel }: Strategy, caller: CallerHalf): boolean => {
    const system = scenarioOnModel(foreignWriter, { kernel, caller }, A_QUEUE);
    return explore(system, { maxStates: 10_000 }).counterexample !== null;
  };

  it.each(callers(anyoneWrites))('by %s, and procfs by no such caller', (_, caller) => {
    expect([isArmed(anyoneWrites, caller), isArmed(procfs, caller)]).toEqual([true, false]);
  });
});
