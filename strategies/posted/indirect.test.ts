// SPDX-License-Identifier: MIT
/** sys_indirect() as posted, first and last: what each lets through, and in which order it refuses. */
import { describe, expect, it } from 'vitest';
import type { Directable, WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CLOCK_MONOTONIC,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_SET,
} from '../../core/kernel/flags.ts';
import { MSQID_DS, putNumbers, putStruct } from '../../core/kernel/memory.ts';
import { A_TIMER, directBy } from '../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import { indirectV1 } from './indirect-v1.ts';
import { indirectV5 } from './indirect-v5.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const [EINVAL, EFAULT] = [fail('EINVAL'), fail('EFAULT')];

const registers = ({ memory }: Caller, name: string, ...args: readonly (number | string)[]) => {
  const address = memory.allocate(56);
  for (const [n, value] of [name, ...args].entries()) memory.store(address + 8 * n, value);
  return address;
};
const block = ({ memory }: Caller, ...values: readonly number[]) => putNumbers(memory, 8, values);

const FORMS = [
  {
    name: 'indirect-v1',
    strategy: indirectV1,
    make: (regs: number, params: number, bytes: number) => sys('indirect_v1', regs, params, bytes),
  },
  {
    name: 'indirect-v5',
    strategy: indirectV5,
    make: (regs: number, params: number, bytes: number) =>
      sys('indirect_v5', regs, params, bytes, 0),
  },
];

describe.each(FORMS)('$name', ({ name, strategy, make }) => {
  const direct = directBy(strategy.caller);
  const run = (init: (me: Caller, say: (...what: unknown[]) => void) => Program) =>
    trial(
      (say) => ({
        init: (me) => init(me, say),
        *child() {
          return yield sys('exit_group', 0);
        },
      }),
      strategy.kernel,
    ).said;

  it('directs ids, state and timers, and no pids', () => {
    const said = run(function* (me, say) {
      const ask = (kind: WantKind, values: readonly number[], call: Directable) =>
        direct(me, { kind, values }, call);
      say(yield* ask('msg', [101], QUEUE), yield* ask('timer', [7], A_TIMER.call));
      say(yield* ask('sem', [102], sys('semget', IPC_PRIVATE, 1, NEW)));
      say(yield* ask('shm', [103], sys('shmget', IPC_PRIVATE, 1, NEW)));
      const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600, qbytes: 1 });
      say(yield* ask('msg_state', [1, 2, 3, 4, 5], sys('msgctl', 101, IPC_SET, buffer)));
      say(yield* ask('pid', [11], sys('fork', 'child')));
      return 0;
    });
    expect(said).toEqual([101, 7, 102, 103, 0, fail('ENOSYS')]);
  });

  it('makes no fork and no clone', () => {
    const said = run(function* (me, say) {
      for (const [call, ...args] of [
        ['fork', 'child'],
        ['clone', 0, 'child'],
        ['clone3', 'child', 0, 0],
      ] as const) {
        say(yield make(registers(me, call, ...args), block(me, 11), 8));
      }
      return 0;
    });
    expect(said).toEqual([EINVAL, EINVAL, EINVAL]);
  });

  it('hands its block to whatever call it wraps, which takes it for its own', () => {
    const said = run(function* (me, say) {
      say(yield make(registers(me, 'semget', 0, 1, NEW), block(me, 101), 8));
      const id = me.memory.allocate(4);
      say(yield make(registers(me, 'timer_create', CLOCK_MONOTONIC, 0, id), block(me, 5), 8));
      say(me.memory.load(id));
      return 0;
    });
    expect(said).toEqual([101, 0, 5]);
  });

  it('clears the block after the call, whatever came of it', () => {
    const said = run(function* (me, say) {
      const exists = ['msgget', 7, NEW | IPC_EXCL] as const;
      say(
        yield sys(...exists),
        yield make(registers(me, ...exists), block(me, 101), 8),
        yield QUEUE,
      );
      say(yield make(registers(me, 'msgget', 0, NEW), block(me, 101), 8), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([0, fail('EEXIST'), 1, 101, 2]);
  });

  it('refuses itself, blocks that are too large or of no whole values, and faults', () => {
    const said = run(function* (me, say) {
      const get = registers(me, 'msgget', 0, NEW);
      const params = block(me, 101);
      const self = name === 'indirect-v1' ? 'indirect_v1' : 'indirect_v5';
      say(yield make(registers(me, self, get, params, 8, 0), params, 8));
      for (const bytes of [8 * 32003, 0, 4, 12, -8]) say(yield make(get, params, bytes));
      say(yield make(99, params, 8), yield make(get, 99, 8), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([...Array(6).fill(EINVAL), EFAULT, EFAULT, 0]);
  });

  it('tests privilege at the inner call', () => {
    const said = run(function* (me, say) {
      yield sys('setuid', 1000);
      say(yield make(registers(me, 'msgget', 0, NEW), block(me, 101), 8), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([fail('EPERM'), 0]);
  });
});

describe('a call that does not look for parameters', () => {
  const asked = (
    make: (typeof FORMS)[number]['make'],
    strategy: (typeof FORMS)[number]['strategy'],
  ) =>
    trial(
      (say) => ({
        *init(me) {
          say(yield make(registers(me, 'getpid'), block(me, 101), 8), yield QUEUE);
          say(yield make(registers(me, 'msgctl', 0, 2, 0), block(me, 101), 8));
          return 0;
        },
      }),
      strategy.kernel,
    ).said;

  it('is made by v1, which ignores them silently, and refused by v5, if it is not listed', () => {
    const [v1, v5] = FORMS.map(({ make, strategy }) => asked(make, strategy));
    expect(v1).toEqual([1, 0, EFAULT]);
    expect(v5).toEqual([EINVAL, 0, EFAULT]);
  });
});

describe('the fourth argument of v5', () => {
  it('must be 0, before anything is looked at', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const get = registers(me, 'msgget', 0, NEW);
          say(yield sys('indirect_v5', 99, 99, 8, 1));
          say(yield sys('indirect_v5', get, block(me, 101), 8, 0));
          return 0;
        },
      }),
      indirectV5.kernel,
    );
    expect(said).toEqual([EINVAL, 101]);
  });

  it('comes before the registers, the list before the size, the size before the block', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield sys('indirect_v5', 99, 99, 0, 0));
          say(yield sys('indirect_v5', registers(me, 'getpid'), 99, 8, 0));
          say(yield sys('indirect_v5', registers(me, 'msgget', 0, NEW), 99, 0, 0));
          return 0;
        },
      }),
      indirectV5.kernel,
    );
    expect(said).toEqual([EFAULT, EINVAL, EINVAL]);
  });
});
