// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { fail } from '../../core/kernel/errno.ts';
import { CLONE_NEWPID, IPC_CREAT, IPC_PRIVATE, WNOHANG } from '../../core/kernel/flags.ts';
import { putNumbers, putStruct } from '../../core/kernel/memory.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { type Caller, type Program, sys } from '../../core/kernel/syscall.ts';
import { PID_MAX, RESERVED_PIDS } from '../../core/model/limits.ts';
import { trial } from '../../core/model/trial.ts';
import { ECLONE_ARGS, eclone } from './eclone.ts';

const [EPERM, EFAULT, EBUSY, EINVAL] = [
  fail('EPERM'),
  fail('EFAULT'),
  fail('EBUSY'),
  fail('EINVAL'),
];
const direct = directBy(eclone.caller);

/** The bare call, with whatever members of its structure. */
function call(
  { memory }: Caller,
  pids: readonly number[],
  members: Readonly<Record<string, number>> = {},
  flags = 0,
  program = 'child',
) {
  const args = putStruct(memory, ECLONE_ARGS, { nr_pids: pids.length, ...members });
  return sys('eclone', program, flags, args, 48, putNumbers(memory, 4, pids));
}

const run = (
  init: (me: Caller, say: (...what: unknown[]) => void) => Program,
  cursor = 0,
): readonly unknown[] =>
  trial(
    (say) => ({
      init: (me) => init(me, say),
      *child() {
        say(yield sys('getpid'));
        return yield sys('pause');
      },
      *middle(me) {
        say(yield sys('getpid'));
        say(yield call(me, [77, 99]), yield call(me, [0, 98]), yield call(me, [97]));
        say(yield call(me, [76, 0]), yield call(me, [1, 2, 3]));
        return 0;
      },
      *outer(me) {
        // Two levels, and the new namespace's own 0 behind them.
        say(yield call(me, [55, 66], {}, CLONE_NEWPID, 'deepest'), yield sys('getpid'));
        return 0;
      },
      *deepest() {
        say(yield sys('getpid'));
        return 0;
      },
    }),
    eclone.kernel,
    ({ init: { activePidNs } }) => {
      if (cursor > 0) activePidNs.cursor.v = cursor;
    },
  ).said;

describe('eclone', () => {
  it('takes pids from the oldest namespace to the youngest, aligned to the right', () => {
    const said = run(function* (me, say) {
      say(yield call(me, [50], {}, CLONE_NEWPID, 'middle'));
      return 0;
    });
    // The parent sees its children at its own level: 99, 98, 97, then the kernel's choice.
    const [made, own, ...rest] = said;
    expect([made, own]).toEqual([50, 1]);
    expect(rest.slice(0, 5)).toEqual([99, 98, 97, 2, EINVAL]);
  });

  it('gives a new namespace a number of its own, behind those that were given', () => {
    const said = run(function* (me, say) {
      say(yield call(me, [50], {}, CLONE_NEWPID, 'outer'));
      return 0;
    });
    expect(said).toEqual([50, 66, 1, 1]);
  });

  it('refuses in its order: the structure, too many, a fault, no privilege, the numbers', () => {
    const said = run(function* (me, say) {
      const { memory } = me;
      const good = putStruct(memory, ECLONE_ARGS, { nr_pids: 1 });
      const many = putStruct(memory, ECLONE_ARGS, { nr_pids: 2 });
      say(
        yield sys('eclone', 'child', 0, good, 40, 99),
        yield sys('eclone', 'child', 0, 99, 48, 99),
      );
      for (const member of ['clone_flags_high', 'reserved0', 'child_stack_size']) {
        say(yield call(me, [5], { [member]: 1 }));
      }
      say(yield call(me, [5], { nr_pids: -1 }), yield sys('eclone', 'child', 0, many, 48, 99));
      yield sys('setuid', 1000);
      say(yield sys('eclone', 'child', 0, good, 48, 99), yield call(me, [1]), yield call(me, [-1]));
      return 0;
    });
    const structure = [EINVAL, EFAULT, EINVAL, EINVAL, EINVAL];
    expect(said).toEqual([...structure, EINVAL, EINVAL, EFAULT, EPERM, EPERM]);
  });

  it('says EBUSY for a taken number, EINVAL for none, and lets the kernel choose for 0', () => {
    const said = run(function* (me, say) {
      say(yield call(me, [1]), yield call(me, [-1]), yield call(me, [4194304]));
      say(yield call(me, [0]), yield call(me, [9]), yield call(me, [0]));
      return 0;
    });
    expect(said.slice(0, 6)).toEqual([EBUSY, EINVAL, EINVAL, 2, 9, 3]);
  });

  it('says EBUSY in a namespace that is full', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield call(me, [0]), yield sys('fork', 'child'));
          return 0;
        },
        *child() {
          return 0;
        },
      }),
      eclone.kernel,
      ({ init: { activePidNs } }) => {
        activePidNs.allocated.v = PID_MAX;
      },
    );
    expect(said).toEqual([EBUSY, fail('EAGAIN')]);
  });

  it('without pids is a plain clone, for which nobody needs privilege', () => {
    const said = run(function* (me, say) {
      yield sys('setuid', 1000);
      say(yield call(me, []));
      return 0;
    });
    expect(said[0]).toBe(2);
  });

  it('leaves the numbers of early boot alone, once the search is beyond them', () => {
    const at = (cursor: number) =>
      run(function* (me, say) {
        say(yield call(me, [RESERVED_PIDS - 1]), yield call(me, [RESERVED_PIDS]));
        return 0;
      }, cursor).slice(0, 2);
    expect(at(RESERVED_PIDS)).toEqual([RESERVED_PIDS - 1, RESERVED_PIDS]);
    expect(at(RESERVED_PIDS + 1)).toEqual([EINVAL, RESERVED_PIDS]);
  });

  it('is reached by fork and clone, innermost first, and by nothing else', () => {
    const said = run(function* (me, say) {
      const fork = sys('fork', 'child');
      const queue = sys('msgget', IPC_PRIVATE, IPC_CREAT);
      const clone = sys('clone', CLONE_NEWPID, 'deepest');
      say(yield* direct(me, { kind: 'pid', values: [11] }, fork));
      say(yield* direct(me, { kind: 'pid', values: [1, 12] }, clone));
      say(yield* direct(me, { kind: 'pid', values: [2, 13] }, clone));
      say(yield* direct(me, { kind: 'msg', values: [11] }, queue), yield queue);
      say(yield sys('wait4', 13, 0, WNOHANG));
      return 0;
    });
    expect(said.slice(0, 6)).toEqual([11, 12, EINVAL, fail('ENOSYS'), 0, fail('ECHILD')]);
  });
});
