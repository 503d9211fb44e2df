// SPDX-License-Identifier: MIT
/** What stands in for the designs, by its own road: next_id has a file of its own. */
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { runAtRandom } from '../../core/explore/run.ts';
import type { Directable, Want, WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import {
  CLOCK_MONOTONIC,
  CLONE_A_THREAD,
  CLONE_NEWPID,
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_RMID,
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
} from '../../core/kernel/flags.ts';
import {
  A_CHILD,
  A_QUEUE,
  A_TIMER,
  CHILD,
  type Direct,
  directBy,
  plainly,
  type Scenario,
  subjectOf,
} from '../../core/kernel/scenario.ts';
import type { KernelHalf, Strategy } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, type Syscall, sys } from '../../core/kernel/syscall.ts';
import { ModelKernel } from '../../core/model/kernel.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { trial } from '../../core/model/trial.ts';
import { callers } from '../../properties/checks.ts';
import { threadsAskAtOnce } from '../../properties/scenarios/threads/threads-ask-at-once.ts';
import { changeId, IPC_SETID } from './change-id.ts';
import { clone3 } from './clone3.ts';
import { createAndDelete, TRIES } from './create-and-delete.ts';
import { nsLastPid } from './ns-last-pid.ts';
import { nsLastPidLocked } from './ns-last-pid-locked.ts';
import { timerIds } from './timer-ids.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);
const FORK = sys('fork', 'child');
const [ENOSYS, EINVAL, EEXIST] = [fail('ENOSYS'), fail('EINVAL'), fail('EEXIST')];
const want = (kind: WantKind, ...values: readonly number[]): Want => ({ kind, values });

const halvesOf = (strategy: Strategy) =>
  callers(strategy).map(([name, caller]) => ({ name, direct: directBy(caller) }));

/** A child that lives says its number first, so what it says comes before its parent's next. */
const run = (
  init: (me: Caller, say: (...what: unknown[]) => void) => Program,
  half: KernelHalf = {},
) =>
  trial(
    (say) => ({
      init: (me) => init(me, say),
      *child() {
        return yield sys('pause');
      },
      *middle(me) {
        say(yield sys('getpid'));
        say(yield* directBy(clone3.caller)(me, want('pid', 21, 22), FORK));
        return 0;
      },
    }),
    half,
  );

describe.each([nsLastPid, nsLastPidLocked].flatMap(halvesOf))('$name', ({ direct }) => {
  it('directs one pid after the other, and goes past one that is in use', () => {
    const { said } = run(function* (me, say) {
      say(yield* direct(me, want('pid', 11), FORK), yield* direct(me, want('pid', 5), FORK));
      say(yield* direct(me, want('pid', 11), FORK), yield* direct(me, want('pid', 2), FORK));
      say(yield* direct(me, want('pid', 20), sys('clone', CLONE_A_THREAD, 'child')));
      return 0;
    });
    expect(said).toEqual([11, 5, 12, 2, 20]);
  });

  it('knows one level, no new namespace, nothing but pids, and no number below 1', () => {
    const { said, kernel } = run(function* (me, say) {
      const clone = sys('clone', CLONE_NEWPID, 'child');
      say(yield* direct(me, want('pid', 1, 12), clone), yield* direct(me, want('pid', 1), clone));
      say(yield* direct(me, want('pid', 11, 12), FORK));
      say(yield* direct(me, want('msg', 5), QUEUE), yield* direct(me, want('pid', 0), FORK));
      return 0;
    });
    expect(said).toEqual([EINVAL, EINVAL, EINVAL, ENOSYS, EINVAL]);
    // Only for the last is anything done, and that is no fork.
    expect(kernel.init.signal.children.empty).toBe(true);
    expect(kernel.ledger.copied).toBeGreaterThan(0);
  });

  it('without privilege forks nobody', () => {
    const { said } = run(function* (me, say) {
      yield sys('setuid', 1000);
      say(yield* direct(me, want('pid', 11), FORK), yield FORK);
      return 0;
    });
    expect(said).toEqual([fail('EPERM'), 2]);
  });
});

describe('two threads that fork by ns_last_pid at once', () => {
  /** What their children do is nothing to the race. */
  const idleChildren: Scenario = {
    ...threadsAskAtOnce,
    programs: (direct, subject) => ({
      ...threadsAskAtOnce.programs(direct, subject),
      *[CHILD]() {
        return 0;
      },
    }),
  };
  const failing = (strategy: Strategy) => {
    const { verdict, failing, deadlocks } = explore(
      scenarioOnModel(idleChildren, strategy, A_CHILD),
      { maxStates: 50_000 },
    );
    expect([verdict.kind, deadlocks]).toEqual(['EXHAUSTIVE', 0]);
    return failing;
  };

  it('race, unless they lock', () => {
    expect(failing(nsLastPid)).toBeGreaterThan(0n);
    expect(failing(nsLastPidLocked)).toBe(0n);
  });

  it('race where one of them does not know of the lock', () => {
    const pair = directBy(nsLastPidLocked.caller);
    let failing = 0;
    for (let seed = 0; seed < 200; seed++) {
      const kernel = new ModelKernel(
        {},
        {
          *asks(me) {
            return yield* pair(me, want('pid', 101), FORK);
          },
          *forks() {
            return yield FORK;
          },
          *child() {
            return yield sys('exit_group', 0);
          },
        },
      );
      const threads = [
        kernel.thread('A', kernel.init, 'asks'),
        kernel.thread('B', kernel.bootTask(kernel.init, 'B'), 'forks'),
      ];
      if (runAtRandom(threads, seed).results.get('A') !== 101) failing++;
    }
    expect(failing).toBeGreaterThan(0);
  });
});

describe('clone3', () => {
  const direct = directBy(clone3.caller);

  it('directs every level, innermost first, and threads and siblings as well', () => {
    const { said } = run(function* (me, say) {
      say(yield* direct(me, want('pid', 11), FORK));
      say(yield* direct(me, want('pid', 12), sys('clone', CLONE_A_THREAD, 'child')));
      say(yield* direct(me, want('pid', 1, 13), sys('clone', CLONE_NEWPID, 'middle')));
      return 0;
    });
    expect(said).toEqual([11, 12, 13, 1, 21]);
  });

  it('tells the parent of a process that ends', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const child = yield* direct(me, want('pid', 11), sys('fork', 'ends'));
        say(child, yield sys('wait4', -1, 0, 0));
        return 0;
      },
      *ends() {
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([11, 11]);
  });

  it('refuses as the table says, and knows nothing of IPC', () => {
    const { said } = run(function* (me, say) {
      say(yield* direct(me, want('pid', 1), FORK), yield* direct(me, want('pid', 0), FORK));
      say(yield* direct(me, want('pid', 7, 8), FORK), yield* direct(me, want('msg', 5), QUEUE));
      yield sys('setuid', 1000);
      say(yield* direct(me, want('pid', 9), FORK), yield QUEUE);
      return 0;
    });
    expect(said).toEqual([EEXIST, EINVAL, EINVAL, ENOSYS, fail('EPERM'), 0]);
  });
});

describe('timer-ids', () => {
  const MODE = sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_GET);

  it.each(halvesOf(timerIds))('by $name directs timers, without privilege', ({ direct }) => {
    const { said } = run(function* (me, say) {
      yield sys('setuid', 1000);
      say(yield* direct(me, want('timer', 7), A_TIMER.call));
      say(yield* direct(me, want('timer', 7), A_TIMER.call));
      say(yield* direct(me, want('timer', 3), A_TIMER.call));
      say(yield* direct(me, want('timer', -1), A_TIMER.call));
      say(yield* direct(me, want('timer', 1, 2), A_TIMER.call));
      say(yield* direct(me, want('msg', 5), QUEUE));
      return 0;
    });
    expect(said).toEqual([7, fail('EBUSY'), 3, EINVAL, EINVAL, ENOSYS]);
  });

  it.each([
    [0, 0, 8],
    [1, 1, 0],
  ])('leaves the mode as variant %i has it: %i, and so a plain timer has id %i', (nth, on, id) => {
    const direct = halvesOf(timerIds)[nth]?.direct as Direct;
    const { said } = run(function* (me, say) {
      say(yield* direct(me, want('timer', 7), A_TIMER.call), yield MODE);
      say(yield* plainly(me, A_TIMER.call));
      return 0;
    });
    expect(said).toEqual([7, on, id]);
  });

  it('writes the id where the call says, if it says', () => {
    const direct = directBy(timerIds.caller);
    const { said } = run(function* (me, say) {
      const address = me.memory.allocate(4);
      const call = sys('timer_create', CLOCK_MONOTONIC, 0, address);
      say(yield* direct(me, want('timer', 7), call), me.memory.load(address));
      return 0;
    });
    expect(said).toEqual([7, 7]);
  });
});

describe('create-and-delete', () => {
  const direct = directBy(createAndDelete.caller);

  it.each<[string, WantKind, Directable, number]>([
    ['queue', 'msg', QUEUE, 5],
    ['queue that comes up in the second round', 'msg', QUEUE, 32768 + 3],
    ['set', 'sem', sys('semget', IPC_PRIVATE, 1, NEW), 5],
    ['segment', 'shm', sys('shmget', IPC_PRIVATE, 1, NEW), 5],
    ['process', 'pid', FORK, 9],
    ['process by clone', 'pid', sys('clone', 0, 'child'), 9],
  ])('makes a %s, and nothing stays of the others', (_, kind, call, id) => {
    const { said, kernel } = run(function* (me, say) {
      say(yield* direct(me, want(kind, id), call));
      return 0;
    });
    expect(said).toEqual([id]);
    const { ipcNs, activePidNs } = kernel.init;
    const inUse = [ipcNs.msg, ipcNs.sem, ipcNs.shm].map((ids) => ids.inUse.v);
    expect(inUse.reduce((sum, n) => sum + n, 0)).toBe(kind === 'pid' ? 0 : 1);
    // Init is one.
    expect(activePidNs.allocated.v).toBe(kind === 'pid' ? 2 : 1);
  });

  it.each<[string, Want, Directable]>([
    ['an index outside of the window', want('msg', 101), QUEUE],
    ['an id that is taken', want('msg', 0), QUEUE],
    ['a pid that is taken', want('pid', 1), FORK],
  ])('gives up after so many tries: %s', (_, wanted, call) => {
    const { said, kernel } = run(function* (me, say) {
      yield QUEUE;
      say(yield* direct(me, wanted, call));
      return 0;
    });
    expect(said).toEqual([fail('EAGAIN')]);
    const each = wanted.kind === 'pid' ? 3 : 2;
    expect(kernel.ledger.entries).toBe(1 + each * TRIES);
  });

  it('is in no race, where all the others are', () => {
    const asked = { directs: ['msg', 'pid', 'timer'], kind: 'hazard' } as const;
    const { tries: _, ...likeOthers } = createAndDelete;
    expect(subjectOf(createAndDelete, asked)).toBeNull();
    expect(subjectOf(likeOthers, asked)).toBe(A_QUEUE);
    const others = [nsLastPid, timerIds, changeId].map((one) => subjectOf(one, asked));
    expect(others).toEqual([A_CHILD, A_TIMER, A_QUEUE]);
  });

  it('hands an error of the call on', () => {
    const { said } = run(function* (me, say) {
      say(yield* direct(me, want('sem', 5), sys('semget', IPC_PRIVATE, 0, NEW)));
      return 0;
    });
    expect(said).toEqual([EINVAL]);
  });

  it('touches nothing that it can not undo', () => {
    const { said, kernel } = run(function* (me, say) {
      const calls: readonly [Want, Directable][] = [
        [want('msg', 5), sys('msgget', 7, NEW)],
        [want('pid', 9), sys('clone', CLONE_A_THREAD, 'child')],
        [want('pid', 1), sys('clone', CLONE_NEWPID, 'child')],
        [want('timer', 5), A_TIMER.call],
        [want('msg_state', 5), sys('msgctl', 0, 1, 0)],
      ];
      for (const [wanted, call] of calls) say(yield* direct(me, wanted, call));
      say(yield* direct(me, want('pid', 1, 9), FORK));
      return 0;
    });
    expect(said).toEqual([ENOSYS, ENOSYS, ENOSYS, ENOSYS, ENOSYS, EINVAL]);
    expect(kernel.ledger.entries).toBe(0);
  });
});

describe('change-id', () => {
  const direct = directBy(changeId.caller);
  const here = (init: Parameters<typeof run>[0]) => run(init, changeId.kernel).said;

  it.each<[string, WantKind, Directable, (id: number) => Syscall]>([
    ['queue', 'msg', QUEUE, (id) => sys('msgctl', id, IPC_RMID, 0)],
    ['set', 'sem', sys('semget', IPC_PRIVATE, 1, NEW), (id) => sys('semctl', id, 0, IPC_RMID, 0)],
    ['segment', 'shm', sys('shmget', IPC_PRIVATE, 1, NEW), (id) => sys('shmctl', id, IPC_RMID, 0)],
  ])('gives a new %s its id, with which alone it is found', (_, kind, call, remove) => {
    const said = here(function* (me, say) {
      const id = 3 * 32768 + 101;
      say(yield* direct(me, want(kind, id), call));
      say(yield remove(0), yield remove(id), yield remove(id));
      return 0;
    });
    expect(said).toEqual([3 * 32768 + 101, EINVAL, 0, EINVAL]);
  });

  it('removes what it could not give the id, and says why', () => {
    const said = here(function* (me, say) {
      yield QUEUE;
      say(yield* direct(me, want('msg', 0), QUEUE), yield* direct(me, want('msg', -1), QUEUE));
      say(
        yield* direct(me, want('msg', 32768), QUEUE),
        yield* direct(me, want('msg', 1, 2), QUEUE),
      );
      // What was made for them is gone.
      say(yield sys('msgctl', 1, IPC_RMID, 0), yield sys('msgctl', 2, IPC_RMID, 0));
      return 0;
    });
    expect(said).toEqual([fail('EBUSY'), EINVAL, fail('EBUSY'), EINVAL, EINVAL, EINVAL]);
  });

  it('creates or fails: the object of a key keeps its id', () => {
    const said = here(function* (me, say) {
      say(yield sys('msgget', 7, NEW));
      say(yield* direct(me, want('msg', 101), sys('msgget', 7, NEW)));
      say(yield* direct(me, want('msg', 101), sys('msgget', 7, 0)));
      say(yield* direct(me, want('msg', 101), sys('msgget', 8, 0)));
      say(yield* direct(me, want('msg', 101), sys('msgget', 8, NEW)), yield sys('msgget', 8, 0));
      return 0;
    });
    expect(said).toEqual([0, EEXIST, EEXIST, fail('ENOENT'), 101, 101]);
  });

  it('is the owner’s to do, privileged or not', () => {
    const said = here(function* (me, say) {
      const roots = yield QUEUE;
      yield sys('setuid', 1000);
      say(yield sys('msgctl', roots, IPC_SETID, 9), yield* direct(me, want('msg', 101), QUEUE));
      return 0;
    });
    expect(said).toEqual([fail('EPERM'), 101]);
  });

  it('lets an object have the id that it has, and moves it within its slot', () => {
    const said = here(function* (me, say) {
      say(yield* direct(me, want('msg', 5), QUEUE));
      say(yield sys('msgctl', 5, IPC_SETID, 5), yield sys('msgctl', 5, IPC_SETID, 32768 + 5));
      say(yield sys('msgctl', 5, IPC_SETID, 6), yield sys('msgctl', 32768 + 5, IPC_RMID, 0));
      return 0;
    });
    expect(said).toEqual([5, 0, 0, EINVAL, 0]);
  });

  it('makes no call for anything but ids of IPC objects', () => {
    const said = here(function* (me, say) {
      say(yield* direct(me, want('pid', 11), FORK), yield FORK);
      say(yield* direct(me, want('timer', 11), A_TIMER.call));
      return 0;
    });
    expect(said).toEqual([ENOSYS, 2, ENOSYS]);
  });
});
