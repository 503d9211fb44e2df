// SPDX-License-Identifier: MIT
/** What the three System V types share: ipc/util.c of Linux 6.1, msgget(2), semget(2), shmget(2). */
import { describe, expect, it } from 'vitest';
import { withId } from '../../strategies/with-id.ts';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_NEWIPC,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
} from '../kernel/flags.ts';
import { getStruct, MSQID_DS, putStruct } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const NEW = IPC_CREAT | 0o600;
const KEY = 0x1234;

/** Each type's get and ctl as the same two calls. */
const TYPES = [
  {
    type: 'msg',
    get: (key: number, flags: number) => sys('msgget', key, flags),
    getAs: (key: number, flags: number, id: number) => sys('msgget_with_id', key, flags, id),
    ctl: (id: number, command: number, address: number) => sys('msgctl', id, command, address),
  },
  {
    type: 'sem',
    get: (key: number, flags: number) => sys('semget', key, 2, flags),
    getAs: (key: number, flags: number, id: number) => sys('semget_with_id', key, 2, flags, id),
    ctl: (id: number, command: number, address: number) => sys('semctl', id, 0, command, address),
  },
  {
    type: 'shm',
    get: (key: number, flags: number) => sys('shmget', key, 4096, flags),
    getAs: (key: number, flags: number, id: number) => sys('shmget_with_id', key, 4096, flags, id),
    ctl: (id: number, command: number, address: number) => sys('shmctl', id, command, address),
  },
] as const;

describe.each(TYPES)('$type', ({ get, getAs, ctl }) => {
  it('ids are index and sequence: a reused index gets a new id, cyclically', () => {
    const { said } = trial((say) => ({
      *init() {
        const ids = [];
        for (let n = 0; n < 65; n++) {
          const id = yield get(IPC_PRIVATE, NEW);
          yield ctl(id, IPC_RMID, 0);
          ids.push(id);
        }
        say(ids[0], ids[1], ids[63], ids[64]);
        return 0;
      },
    }));
    // 64 indices (IPC_MIN_CYCLE), then index 0 again with the next sequence number.
    expect(said).toEqual([0, 1, 63, 32768]);
  });

  it('keys name one object, until it is removed', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield get(KEY, 0o600));
        const id = yield get(KEY, NEW);
        say((yield get(KEY, 0o600)) === id, (yield get(KEY, NEW)) === id);
        say(yield get(KEY, NEW | IPC_EXCL));
        say(yield ctl(id, IPC_RMID, 0), yield get(KEY, 0o600), yield ctl(id, IPC_RMID, 0));
        return 0;
      },
    }));
    const gone = [0, fail('ENOENT'), fail('EINVAL')];
    expect(said).toEqual([fail('ENOENT'), true, true, fail('EEXIST'), ...gone]);
  });

  it('an id asked for is had, and moves neither cursor nor sequence', () => {
    const { said } = trial(
      (say) => ({
        *init() {
          say(yield getAs(IPC_PRIVATE, NEW, 5 * 32768 + 3), yield get(IPC_PRIVATE, NEW));
          say(
            yield get(IPC_PRIVATE, NEW),
            yield get(IPC_PRIVATE, NEW),
            yield get(IPC_PRIVATE, NEW),
          );
          return 0;
        },
      }),
      withId.kernel,
    );
    // Index 3 is taken, so the fourth undirected object is passed over to 4.
    expect(said).toEqual([5 * 32768 + 3, 0, 1, 2, 4]);
  });

  it.each([
    ['below 0', -1, 'EINVAL'],
    ['beyond INT_MAX', 2147483648, 'EINVAL'],
    ['whose index is taken, by whatever sequence', 32768, 'EEXIST'],
  ] as const)('an id asked for %s is refused', (_, id, errno) => {
    const { said } = trial(
      (say) => ({
        *init() {
          yield get(IPC_PRIVATE, NEW);
          say(yield getAs(IPC_PRIVATE, NEW, id));
          return 0;
        },
      }),
      withId.kernel,
    );
    expect(said).toEqual([fail(errno)]);
  });

  it('an id asked for with a key that is taken is EEXIST, and without IPC_CREAT ENOENT', () => {
    const { said } = trial(
      (say) => ({
        *init() {
          yield get(KEY, NEW);
          say(yield getAs(KEY, NEW, 7), yield getAs(KEY + 1, 0o600, 7));
          return 0;
        },
      }),
      withId.kernel,
    );
    expect(said).toEqual([fail('EEXIST'), fail('ENOENT')]);
  });

  it('an id asked for needs privilege, after the range and before the slot', () => {
    const { said } = trial(
      (say) => ({
        *init() {
          yield get(IPC_PRIVATE, NEW);
          yield sys('setuid', 1000);
          say(yield getAs(IPC_PRIVATE, NEW, 7), yield getAs(IPC_PRIVATE, NEW, 0));
          say(yield getAs(IPC_PRIVATE, NEW, -1));
          return 0;
        },
      }),
      withId.kernel,
    );
    expect(said).toEqual([fail('EPERM'), fail('EPERM'), fail('EINVAL')]);
  });

  it('objects are of the namespace that they were made in', () => {
    const { said } = trial((say) => ({
      *init() {
        const id = yield get(KEY, NEW);
        yield sys('clone', CLONE_NEWIPC, 'elsewhere');
        yield sys('wait4', -1, 0, 0);
        say(yield ctl(id, IPC_RMID, 0));
        return 0;
      },
      *elsewhere() {
        say(yield get(KEY, 0o600), yield get(KEY, NEW));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([fail('ENOENT'), 0, 0]);
  });

  it('modes are kept: others may not open, the owner may, and only the owner removes', () => {
    const { said } = trial((say) => ({
      *init() {
        yield get(KEY, IPC_CREAT | 0o640);
        yield sys('fork', 'group');
        yield sys('wait4', -1, 0, 0);
        yield sys('fork', 'other');
        yield sys('wait4', -1, 0, 0);
        return 0;
      },
      *group() {
        yield sys('setuid', 1000);
        say(yield get(KEY, 0o400), yield get(KEY, 0o600), yield ctl(0, IPC_RMID, 0));
        return yield sys('exit_group', 0);
      },
      *other() {
        yield sys('setgid', 50);
        yield sys('setuid', 1000);
        say(yield get(KEY, 0o400), yield get(KEY, 0));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([0, fail('EACCES'), fail('EPERM'), fail('EACCES'), 0]);
  });

  it.each([
    ['an unknown command', 77],
    ['a negative one', -1],
  ])('ctl refuses %s', (_, command) => {
    const { said } = trial((say) => ({
      *init() {
        const id = yield get(KEY, NEW);
        say(yield ctl(id, command, 0));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EINVAL')]);
  });

  it('ctl refuses addresses that fault, and ids that name nothing', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const id = yield get(KEY, NEW);
        say(yield ctl(id, IPC_STAT, 12345), yield ctl(id, IPC_SET, 12345));
        say(yield ctl(id + 1, IPC_STAT, memory.allocate(200)));
        say(yield ctl(-1, IPC_STAT, memory.allocate(200)));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EFAULT'), fail('EFAULT'), fail('EINVAL'), fail('EINVAL')]);
  });
});

describe('IPC_SET', () => {
  function* stat({ memory }: Caller, id: number): Program<Record<string, number>> {
    const address = putStruct(memory, MSQID_DS, {});
    const result = yield sys('msgctl', id, IPC_STAT, address);
    if (result < 0) throw new Error(`IPC_STAT gave ${result}`);
    return getStruct(memory, address, MSQID_DS);
  }

  it('changes owner, permission bits and qbytes, and neither creator nor key', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield sys('msgget', KEY, NEW);
        const set = { uid: 1000, gid: 50, cuid: 7, cgid: 7, key: 9, mode: 0o7644, qbytes: 100 };
        say(yield sys('msgctl', id, IPC_SET, putStruct(me.memory, MSQID_DS, set)));
        say(yield* stat(me, id));
        return 0;
      },
    }));
    const changed = { uid: 1000, gid: 50, mode: 0o644, qbytes: 100 };
    expect(said[0]).toBe(0);
    expect(said[1]).toMatchObject({ ...changed, cuid: 0, cgid: 0, key: KEY, seq: 0 });
  });

  it('is for the owner and the creator, and for nobody else', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('setuid', 1000);
        yield sys('msgget', KEY, NEW);
        yield sys('msgget', KEY + 1, NEW);
        return yield sys('fork', 'creator');
      },
      *creator({ memory }) {
        const set = (id: number, uid: number) =>
          sys('msgctl', id, IPC_SET, putStruct(memory, MSQID_DS, { uid, mode: 0o600, qbytes: 1 }));
        // Given away, it is still the creator's to take back.
        say(yield set(0, 1001), yield set(0, 1001), yield set(1, 1000));
        say(yield sys('msgget', KEY, 0o600));
        return 0;
      },
    }));
    expect(said).toEqual([0, 0, 0, 0]);
    const others = trial((say) => ({
      *init({ memory }) {
        yield sys('msgget', KEY, NEW);
        yield sys('setuid', 1000);
        say(yield sys('msgctl', 0, IPC_SET, putStruct(memory, MSQID_DS, { mode: 0o666 })));
        return 0;
      },
    }));
    expect(others.said).toEqual([fail('EPERM')]);
  });

  it('refuses -1 as an owner, and qbytes beyond the limit without CAP_SYS_RESOURCE', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const id = yield sys('msgget', KEY, NEW);
        const set = (values: Record<string, number>) =>
          sys('msgctl', id, IPC_SET, putStruct(memory, MSQID_DS, { mode: 0o600, ...values }));
        say(yield set({ uid: 0xffffffff }), yield set({ gid: 0xffffffff }));
        say(yield set({ qbytes: 16385, uid: 1000 }));
        yield sys('setuid', 1000);
        say(yield set({ qbytes: 16385, uid: 1000 }), yield set({ qbytes: 16384, uid: 1000 }));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EINVAL'), fail('EINVAL'), 0, fail('EPERM'), 0]);
  });

  it('with a state restores what no call could: pids of the dead, and times', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const { memory } = me;
          const id = yield sys('msgget', KEY, NEW);
          const buffer = putStruct(memory, MSQID_DS, { mode: 0o600, qbytes: 16384 });
          const state = memory.allocate(40);
          for (const [n, value] of [1, 4711, 10, 20, 30].entries()) {
            memory.store(state + 8 * n, value);
          }
          say(yield sys('msgctl_with_state', id, buffer, state, 5));
          say(yield* stat(me, id));
          say(yield sys('msgctl_with_state', id, buffer, state, 4));
          memory.store(state, 4194304);
          say(yield sys('msgctl_with_state', id, buffer, state, 5));
          say(yield sys('msgctl_with_state', id, buffer, 12345, 5));
          yield sys('setuid', 1000);
          say(yield sys('msgctl_with_state', id, buffer, state, 5));
          return 0;
        },
      }),
      withId.kernel,
    );
    const [set, found, ...refused] = said;
    expect(set).toBe(0);
    expect(found).toMatchObject({ lspid: 1, lrpid: 4711, stime: 10, rtime: 20, ctime: 30 });
    expect(refused).toEqual([fail('EINVAL'), fail('EINVAL'), fail('EFAULT'), fail('EPERM')]);
  });
});
