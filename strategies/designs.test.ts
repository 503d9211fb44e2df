// SPDX-License-Identifier: MIT
/** All designs side by side: what they have in common is one table, what they differ in is below. */
import { describe, expect, it } from 'vitest';
import type { Directable, Want, WantKind } from '../core/kernel/directed.ts';
import { fail } from '../core/kernel/errno.ts';
import {
  CLONE_NEWPID,
  GETPID,
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_SET,
  IPC_STAT,
} from '../core/kernel/flags.ts';
import {
  getStruct,
  type Layout,
  MSQID_DS,
  putStruct,
  SEMID_DS,
  SHMID_DS,
} from '../core/kernel/memory.ts';
import { A_TIMER, directBy, plainly } from '../core/kernel/scenario.ts';
import { isBestForm } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { trial } from '../core/model/trial.ts';
import { callers } from '../properties/checks.ts';
import { loadStrategies } from './index.ts';

const all = await loadStrategies();
/** Those that follow the table of errors: the best forms, and controls, which break other rules. */
const followers = all.filter(({ kind, form }) => form === 'best form' || kind === 'control');
const halves = followers.flatMap((strategy) =>
  callers(strategy).map(([name, caller]) => ({
    name,
    half: strategy.kernel,
    direct: directBy(caller),
  })),
);

const NEW = IPC_CREAT | 0o600;
const want = (kind: WantKind, ...values: readonly number[]): Want => ({ kind, values });

describe('the strategies', () => {
  it('are found by their files, the four designs in the order of the thread', () => {
    const rows = all.map(({ name, order, of, form }) => `${order} ${name}: ${of}, ${form}`);
    expect(rows).toMatchInlineSnapshot(`
      [
        "1 with_id: with_id, best form",
        "2 procfs: procfs, best form",
        "3 setter: setter, best form",
        "4 indirect: indirect, best form",
        "11 eclone: with_id, as posted",
        "21 procfs-v1: procfs, as posted",
        "22 procfs-v2: procfs, as posted",
        "23 procfs-july: procfs, as posted",
        "31 setter-july: setter, as named",
        "32 setter-shielded: setter, best form",
        "41 indirect-v1: indirect, as posted",
        "42 indirect-v5: indirect, as posted",
        "101 process-field: setter, as named",
        "102 anyone-writes: procfs, as named",
        "103 check-at-set: setter, as named",
        "104 keeps-on-failure: setter, as named",
        "201 ns_last_pid: null, in mainline",
        "202 ns_last_pid-locked: null, in mainline",
        "203 next_id: null, in mainline",
        "204 clone3: null, in mainline",
        "205 timer-ids: null, in mainline",
        "206 create-and-delete: null, in mainline",
        "207 change-id: null, as posted",
      ]
    `);
  });

  it('direct everything in their best form', () => {
    expect(all.filter(isBestForm).map(({ directs }) => directs)).toEqual(Array(4).fill(undefined));
  });

  it('have names and places of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ order }) => order)).size).toBe(all.length);
  });
});

describe.each(halves)('$name', ({ half, direct }) => {
  it('directs fork at every level of nested pid namespaces, innermost first', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          say(yield* direct(me, want('pid', 11), sys('fork', 'child')));
          say(yield* direct(me, want('pid', 1, 12), sys('clone', CLONE_NEWPID, 'middle')));
          return 0;
        },
        *middle(me) {
          say(yield sys('getpid'));
          say(yield* direct(me, want('pid', 21, 22), sys('fork', 'child')));
          say(yield* direct(me, want('pid', 1, 23, 24), sys('clone', CLONE_NEWPID, 'inner')));
          return 0;
        },
        *inner(me) {
          say(yield sys('getpid'));
          say(yield* direct(me, want('pid', 31, 32, 33), sys('fork', 'child')));
          return 0;
        },
        *child() {
          say(yield sys('getpid'));
          return 0;
        },
      }),
      half,
    );
    expect(said).toEqual([11, 12, 11, 1, 21, 23, 21, 1, 31, 31]);
  });

  // [what, call, want, result]: the error table of core/kernel/directed.ts.
  const queue = sys('msgget', IPC_PRIVATE, NEW);
  const fork = sys('fork', 'child');
  it.each<[string, Directable, Want, number]>([
    ['an id', queue, want('msg', 4 * 32768 + 5), 4 * 32768 + 5],
    ['the highest id', queue, want('msg', 2147483647), 2147483647],
    ['an id that is taken', queue, want('msg', 0), fail('EEXIST')],
    ['a slot that is taken', queue, want('msg', 3 * 32768), fail('EEXIST')],
    ['an id beyond INT_MAX', queue, want('msg', 2147483648), fail('EINVAL')],
    ['two ids', queue, want('msg', 5, 6), fail('EINVAL')],
    ['a key that is taken', sys('msgget', 77, NEW), want('msg', 9), fail('EEXIST')],
    ['a key that is free', sys('msgget', 78, NEW), want('msg', 9), 9],
    ['a key that is free, without IPC_CREAT', sys('msgget', 78, 0), want('msg', 9), fail('ENOENT')],
    ['a semaphore set', sys('semget', 0, 2, NEW), want('sem', 9), 9],
    ['a semaphore set of no size', sys('semget', 0, 0, NEW), want('sem', 9), fail('EINVAL')],
    ['a segment', sys('shmget', 0, 1, NEW), want('shm', 9), 9],
    ['a pid', fork, want('pid', 999), 999],
    ['a pid that is taken', fork, want('pid', 1), fail('EEXIST')],
    ['pid 0', fork, want('pid', 0), fail('EINVAL')],
    ['pid_max', fork, want('pid', 4194304), fail('EINVAL')],
    ['more pids than levels', fork, want('pid', 999, 999), fail('EINVAL')],
  ])('asked for %s', (_, call, wanted, result) => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield sys('msgget', 77, NEW);
          say(yield* direct(me, wanted, call));
          return 0;
        },
        *child() {
          return 0;
        },
      }),
      half,
    );
    expect(said).toEqual([result]);
  });

  function* statOf(
    { memory }: Caller,
    layout: Layout,
    call: (at: number) => ReturnType<typeof sys>,
  ) {
    const address = putStruct(memory, layout, {});
    const result: number = yield call(address);
    return result < 0 ? result : getStruct(memory, address, layout);
  }

  it('restores the state of a message queue', () => {
    const { said } = trial(
      (say) => ({
        *init(me): Program {
          const id = yield queue;
          const set = sys(
            'msgctl',
            id,
            IPC_SET,
            putStruct(me.memory, MSQID_DS, { mode: 0o640, qbytes: 9 }),
          );
          say(yield* direct(me, want('msg_state', 1, 4711, 10, 20, 30), set));
          say(yield* statOf(me, MSQID_DS, (at) => sys('msgctl', id, IPC_STAT, at)));
          say(yield* direct(me, want('msg_state', 1, 4711, 10, 20), set));
          return 0;
        },
      }),
      half,
    );
    const state = {
      lspid: 1,
      lrpid: 4711,
      stime: 10,
      rtime: 20,
      ctime: 30,
      mode: 0o640,
      qbytes: 9,
    };
    expect(said).toEqual([0, expect.objectContaining(state), fail('EINVAL')]);
  });

  it('restores the state of a semaphore set, with a pid for each semaphore', () => {
    const { said } = trial(
      (say) => ({
        *init(me): Program {
          const id = yield sys('semget', IPC_PRIVATE, 2, NEW);
          const buffer = putStruct(me.memory, SEMID_DS, { mode: 0o600 });
          const set = sys('semctl', id, 0, IPC_SET, buffer);
          say(yield* direct(me, want('sem_state', 10, 20, 1, 4711), set));
          say(yield* statOf(me, SEMID_DS, (at) => sys('semctl', id, 0, IPC_STAT, at)));
          say(yield sys('semctl', id, 0, GETPID, 0), yield sys('semctl', id, 1, GETPID, 0));
          say(yield* direct(me, want('sem_state', 10, 20, 1), set));
          return 0;
        },
      }),
      half,
    );
    const state = expect.objectContaining({ otime: 10, ctime: 20 });
    expect(said).toEqual([0, state, 1, 4711, fail('EINVAL')]);
  });

  it('restores the state of a segment', () => {
    const { said } = trial(
      (say) => ({
        *init(me): Program {
          const id = yield sys('shmget', IPC_PRIVATE, 1, NEW);
          const set = sys('shmctl', id, IPC_SET, putStruct(me.memory, SHMID_DS, { mode: 0o600 }));
          say(yield* direct(me, want('shm_state', 4711, 0, 10, 20, 30), set));
          say(yield* statOf(me, SHMID_DS, (at) => sys('shmctl', id, IPC_STAT, at)));
          return 0;
        },
      }),
      half,
    );
    const state = { cpid: 4711, lpid: 0, atime: 10, dtime: 20, ctime: 30 };
    expect(said).toEqual([0, expect.objectContaining(state)]);
  });

  it('directs timers: an id, once, in order of the table of errors', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const { call } = A_TIMER;
          say(yield* direct(me, want('timer', 7), call), yield* plainly(me, call));
          say(
            yield* direct(me, want('timer', 7), call),
            yield* direct(me, want('timer', -1), call),
          );
          yield sys('setuid', 1000);
          say(yield* direct(me, want('timer', 7), call));
          return 0;
        },
      }),
      half,
    );
    // procfs refuses to write a number below 0, and the others at use.
    expect(said).toEqual([7, 8, fail('EEXIST'), fail('EINVAL'), fail('EPERM')]);
  });

  it('fails on a kernel that does not have it, and makes nothing', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield* direct(me, want('msg', 5), queue), yield queue);
        return 0;
      },
    }));
    expect([fail('ENOSYS'), fail('ENOENT')]).toContain(said[0]);
    expect(said[1]).toBe(0);
  });
});
