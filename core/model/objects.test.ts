// SPDX-License-Identifier: MIT
/** Messages, semaphores and segments: ipc/{msg,sem,shm}.c of Linux 6.1 and their manual pages. */
import { describe, expect, it } from 'vitest';
import { withId } from '../../strategies/with-id.ts';
import { fail } from '../kernel/errno.ts';
import {
  GETALL,
  GETPID,
  GETVAL,
  IPC_CREAT,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SETALL,
  SETVAL,
  SHM_DEST,
  SHM_RDONLY,
} from '../kernel/flags.ts';
import {
  getNumbers,
  getStruct,
  type Layout,
  MSQID_DS,
  putNumbers,
  putStruct,
  SEMID_DS,
  SHMID_DS,
} from '../kernel/memory.ts';
import { type Caller, type Program, type Syscall, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const NEW = IPC_CREAT | 0o600;
const QUEUE = sys('msgget', IPC_PRIVATE, NEW);

function message({ memory }: Caller, type: number, text: string): number {
  const address = memory.allocate(8 + text.length);
  memory.store(address, type);
  if (text !== '') memory.store(address + 8, text);
  return address;
}

const send = (me: Caller, id: number, type: number, text: string, flags = 0) =>
  sys('msgsnd', id, message(me, type, text), text.length, flags);

/** The text that came, or -errno. */
function* receive(me: Caller, id: number, type = 0, bytes = 100, flags = 0): Program<unknown> {
  const address = me.memory.allocate(108);
  const got = yield sys('msgrcv', id, address, bytes, type, flags);
  return got < 0
    ? got
    : `${me.memory.load(address)}:${got === 0 ? '' : me.memory.load(address + 8)}`;
}

function* stat(
  { memory }: Caller,
  layout: Layout,
  call: (address: number) => Syscall,
): Program<Record<string, number>> {
  const address = putStruct(memory, layout, {});
  const result = yield call(address);
  if (result < 0) throw new Error(`IPC_STAT gave ${result}`);
  return getStruct(memory, address, layout);
}

describe('message queues', () => {
  it('hand out by type: any, one, or the lowest up to a limit', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield QUEUE;
        for (const [type, text] of [
          [5, 'five'],
          [3, 'three'],
          [9, 'nine'],
          [3, 'three again'],
          [1, ''],
        ] as const) {
          yield send(me, id, type, text);
        }
        say(yield* receive(me, id, 9), yield* receive(me, id, -4), yield* receive(me, id, -4));
        say(yield* receive(me, id, 0), yield* receive(me, id, 7, 100, IPC_NOWAIT));
        say(yield* receive(me, id, -9), yield* receive(me, id, 0, 100, IPC_NOWAIT));
        return 0;
      },
    }));
    expect(said.slice(0, 3)).toEqual(['9:nine', '1:', '3:three']);
    expect(said.slice(3)).toEqual(['5:five', fail('ENOMSG'), '3:three again', fail('ENOMSG')]);
  });

  it('refuse bad types, sizes, addresses and ids', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield QUEUE;
        say(yield send(me, id, 0, 'text'), yield sys('msgsnd', id, message(me, 1, 'x'), -1, 0));
        say(
          yield sys('msgsnd', id, message(me, 1, 'x'), 8193, 0),
          yield sys('msgsnd', id, 99, 1, 0),
        );
        say(yield send(me, id + 1, 1, 'text'), yield sys('msgrcv', id, 99, -1, 0, 0));
        yield send(me, id, 1, 'text');
        say(yield* receive(me, id, 0, 3), yield sys('msgrcv', id, 99, 100, 0, 0));
        say(yield* receive(me, id, 0, 100, IPC_NOWAIT));
        return 0;
      },
    }));
    const [EINVAL, EFAULT] = [fail('EINVAL'), fail('EFAULT')];
    expect(said.slice(0, 6)).toEqual([EINVAL, EINVAL, EINVAL, EFAULT, EINVAL, EINVAL]);
    // Too small a buffer keeps the message; a bad address loses it.
    expect(said.slice(6)).toEqual([fail('E2BIG'), EFAULT, fail('ENOMSG')]);
  });

  it('are full at qbytes: a sender fails or waits until there is room', () => {
    const { said } = trial((say, said) => ({
      *init(me) {
        const id = yield QUEUE;
        const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600, qbytes: 4 });
        yield sys('msgctl', id, IPC_SET, buffer);
        say(yield send(me, id, 1, 'full'), yield send(me, id, 1, 'more', IPC_NOWAIT));
        yield sys('fork', 'sends');
        yield { until: () => said.length === 3, why: 'the sender' };
        say(yield* receive(me, id), yield* receive(me, id));
        return 0;
      },
      *sends(me) {
        say('sends');
        return yield send(me, 0, 1, 'late');
      },
    }));
    expect(said).toEqual([0, fail('EAGAIN'), 'sends', '1:full', '1:late']);
  });

  it('wake who waits when they are removed, with EIDRM', () => {
    const { said } = trial((say, said) => ({
      *init() {
        const id = yield QUEUE;
        yield sys('fork', 'receives');
        yield { until: () => said.length === 1, why: 'the receiver' };
        say(yield sys('msgctl', id, IPC_RMID, 0));
        return 0;
      },
      *receives(me) {
        say('waits');
        say(yield* receive(me, 0));
        return 0;
      },
    }));
    expect(said).toEqual(['waits', 0, fail('EIDRM')]);
  });

  it('show last pids and times: of the process, as the reader sees it', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const id = yield QUEUE;
          const fresh = yield* stat(me, MSQID_DS, (to) => sys('msgctl', id, IPC_STAT, to));
          say(fresh.lspid, fresh.lrpid, fresh.stime, fresh.rtime, (fresh.ctime ?? 0) > 0);
          yield send(me, id, 1, 'text');
          yield sys('fork', 'receives');
          yield sys('wait4', -1, 0, 0);
          const used = yield* stat(me, MSQID_DS, (to) => sys('msgctl', id, IPC_STAT, to));
          say(used.lspid, used.lrpid, used.qnum, used.cbytes);
          say((used.stime ?? 0) > 0, (used.rtime ?? 0) > 0);
          return 0;
        },
        *receives(me) {
          yield* receive(me, 0);
          return yield sys('exit_group', 0);
        },
      }),
      withId.kernel,
    );
    // The receiver is dead and reaped; its struct pid still has the number.
    expect(said).toEqual([0, 0, 0, 0, true, 1, 2, 0, 0, true, true]);
  });
});

describe('semaphore sets', () => {
  const SET = sys('semget', IPC_PRIVATE, 3, NEW);
  const operations = ({ memory }: Caller, ops: readonly (readonly [number, number, number])[]) =>
    putNumbers(memory, 2, ops.flat());
  const semop = (me: Caller, id: number, ...ops: readonly (readonly [number, number, number])[]) =>
    sys('semop', id, operations(me, ops), ops.length);

  it('do all operations or none, and record who did them', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield SET;
        say(yield semop(me, id, [0, 5, 0], [2, 1, 0]));
        say(yield semop(me, id, [0, -3, 0], [1, -1, IPC_NOWAIT]));
        const values = me.memory.allocate(6);
        yield sys('semctl', id, 0, GETALL, values);
        say(getNumbers(me.memory, values, 2, 3));
        for (const n of [0, 1, 2]) say(yield sys('semctl', id, n, GETPID, 0));
        const { otime, nsems } = yield* stat(me, SEMID_DS, (to) =>
          sys('semctl', id, 0, IPC_STAT, to),
        );
        say((otime ?? 0) > 0, nsems);
        return 0;
      },
    }));
    expect(said).toEqual([0, fail('EAGAIN'), [5, 0, 1], 1, 0, 1, true, 3]);
  });

  it('let a zero-wait count as an operation', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield SET;
        say(yield semop(me, id, [1, 0, 0]), yield sys('semctl', id, 1, GETPID, 0));
        return 0;
      },
    }));
    expect(said).toEqual([0, 1]);
  });

  it('wait until all operations can be done', () => {
    const { said } = trial((say, said) => ({
      *init(me) {
        const id = yield SET;
        yield sys('fork', 'waits');
        yield { until: () => said.length === 1, why: 'the waiter' };
        yield semop(me, id, [0, 1, 0]);
        say(yield sys('semctl', id, 0, GETVAL, 0));
        yield semop(me, id, [1, 1, 0]);
        yield sys('wait4', -1, 0, 0);
        say(yield sys('semctl', id, 0, GETVAL, 0), yield sys('semctl', id, 0, GETPID, 0));
        return 0;
      },
      *waits(me) {
        say('waits');
        say(yield semop(me, 0, [0, -1, 0], [1, -1, 0]));
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual(['waits', 1, 0, 0, 2]);
  });

  it('refuse what semop(2) says', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield SET;
        say(yield semop(me, id, [3, 1, 0]), yield sys('semop', id, 99, 1));
        say(yield sys('semop', id, 0, 0), yield sys('semop', id, 0, 501));
        say(yield semop(me, id, [0, 32767, 0], [0, 1, 0]), yield semop(me, id + 1, [0, 1, 0]));
        return 0;
      },
    }));
    const EINVAL = fail('EINVAL');
    expect(said.slice(0, 4)).toEqual([fail('EFBIG'), fail('EFAULT'), EINVAL, fail('E2BIG')]);
    expect(said.slice(4)).toEqual([fail('ERANGE'), EINVAL]);
  });

  it('are set one by one or all at once, which counts as an operation too', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield SET;
        say(yield sys('semctl', id, 1, SETVAL, 7), yield sys('semctl', id, 1, GETVAL, 0));
        say(yield sys('semctl', id, 3, SETVAL, 7), yield sys('semctl', id, 1, SETVAL, 32768));
        say(yield sys('semctl', id, 0, SETALL, putNumbers(me.memory, 2, [1, 2, 3])));
        say(yield sys('semctl', id, 2, GETVAL, 0), yield sys('semctl', id, 0, GETPID, 0));
        say(yield sys('semctl', id, 0, SETALL, putNumbers(me.memory, 2, [1, 2, 40000])));
        say(yield sys('semctl', id, 0, SETALL, 99), yield sys('semctl', id, 3, GETVAL, 0));
        return 0;
      },
    }));
    const [EINVAL, ERANGE] = [fail('EINVAL'), fail('ERANGE')];
    expect(said).toEqual([0, 7, EINVAL, ERANGE, 0, 3, 1, ERANGE, fail('EFAULT'), EINVAL]);
  });

  it('have a size that a key must not exceed', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('semget', 7, 0, NEW), yield sys('semget', 7, -1, NEW));
        say(yield sys('semget', 7, 32001, NEW), yield sys('semget', 7, 3, NEW));
        say(yield sys('semget', 7, 3, NEW), yield sys('semget', 7, 0, 0));
        say(yield sys('semget', 7, 4, NEW));
        return 0;
      },
    }));
    const EINVAL = fail('EINVAL');
    expect(said).toEqual([EINVAL, EINVAL, EINVAL, 0, 0, 0, EINVAL]);
  });
});

describe('shared memory', () => {
  const SEGMENT = sys('shmget', IPC_PRIVATE, 4096, NEW);
  const statOf = (me: Caller, id: number) =>
    stat(me, SHMID_DS, (to) => sys('shmctl', id, IPC_STAT, to));

  it('is one memory for all who attach it, copies of an address space included', () => {
    const { said } = trial((say) => {
      let address = 0;
      return {
        *init({ memory }) {
          address = yield sys('shmat', yield SEGMENT, 0);
          memory.store(address + 100, 'before');
          yield sys('fork', 'child');
          yield sys('wait4', -1, 0, 0);
          say(memory.load(address + 100));
          return 0;
        },
        *child({ memory }) {
          say(memory.load(address + 100));
          memory.store(address + 100, 'after');
          return yield sys('exit_group', 0);
        },
      };
    });
    expect(said).toEqual(['before', 'after']);
  });

  it('faults beyond its end, and once detached', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const address = yield sys('shmat', yield SEGMENT, 0);
        const loads = (at: number) => {
          try {
            return memory.load(at);
          } catch (error) {
            return error instanceof RangeError ? 'fault' : error;
          }
        };
        say(loads(address + 4095), loads(address + 4096));
        say(yield sys('shmdt', address), loads(address), yield sys('shmdt', address));
        return 0;
      },
    }));
    expect(said).toEqual([0, 'fault', 0, 'fault', fail('EINVAL')]);
  });

  it('counts attaches, with the pid of whoever came or left last', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield SEGMENT;
        const fresh = yield* statOf(me, id);
        say(fresh.cpid, fresh.lpid, fresh.nattch, fresh.atime, fresh.dtime);
        const address = yield sys('shmat', id, 0);
        yield sys('fork', 'child');
        const twice = yield* statOf(me, id);
        say(twice.nattch, twice.lpid);
        yield sys('wait4', -1, 0, 0);
        const once = yield* statOf(me, id);
        say(once.nattch, once.lpid, (once.dtime ?? 0) > 0);
        yield sys('shmdt', address);
        const none = yield* statOf(me, id);
        say(none.nattch, none.lpid);
        return 0;
      },
      *child() {
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([1, 0, 0, 0, 0, 2, 1, 1, 2, true, 0, 1]);
  });

  it('is given back by a fork that fails', () => {
    const { said } = trial(
      (say) => ({
        *init(me) {
          const id = yield SEGMENT;
          yield sys('shmat', id, 0);
          say(yield sys('fork_with_id', 'init', putNumbers(me.memory, 4, [1]), 1));
          say((yield* statOf(me, id)).nattch);
          return 0;
        },
      }),
      withId.kernel,
    );
    expect(said).toEqual([fail('EEXIST'), 1]);
  });

  it('when removed lives on, keyless and marked, until the last detach', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const id = yield sys('shmget', 7, 4096, NEW);
        const address = yield sys('shmat', id, 0);
        const again = yield sys('shmat', id, 0);
        say(yield sys('shmctl', id, IPC_RMID, 0), yield sys('shmget', 7, 4096, 0));
        yield sys('shmdt', again);
        const { key, mode, nattch } = yield* statOf(me, id);
        say(key, mode === (0o600 | SHM_DEST), nattch);
        yield sys('shmdt', address);
        say(yield sys('shmctl', id, IPC_STAT, putStruct(me.memory, SHMID_DS, {})));
        return 0;
      },
    }));
    expect(said).toEqual([0, fail('ENOENT'), 0, true, 1, fail('EINVAL')]);
  });

  it('may be attached only as its mode allows', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('shmget', 7, 4096, IPC_CREAT | 0o644);
        yield sys('setgid', 50);
        yield sys('setuid', 1000);
        say(yield sys('shmat', 0, 0), (yield sys('shmat', 0, SHM_RDONLY)) > 0);
        say(yield sys('shmat', 1, 0));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EACCES'), true, fail('EINVAL')]);
  });

  it('has a size that a key must not exceed', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('shmget', 7, 0, NEW), yield sys('shmget', 7, 4096, NEW));
        say(yield sys('shmget', 7, 0, 0), yield sys('shmget', 7, 4097, 0));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EINVAL'), 0, 0, fail('EINVAL')]);
  });
});
