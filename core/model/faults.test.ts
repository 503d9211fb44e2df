// SPDX-License-Identifier: MIT
/** Copies that fault half-way: what lies before the fault is written, and what was done stays done. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import { GETALL, IPC_CREAT, IPC_PRIVATE, IPC_STAT, O_RDWR, SETALL } from '../kernel/flags.ts';
import { MSQID_DS, putNumbers, putText } from '../kernel/memory.ts';
import { type Caller, type Program, type Programs, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const EFAULT = fail('EFAULT');
const UNMAPPED = 1;

const alone = (body: (me: Caller, say: (...what: readonly unknown[]) => void) => Program<void>) =>
  trial((say) => ({
    *init(me) {
      yield* body(me, say);
      return 0;
    },
    *exits() {
      return yield sys('exit_group', 3);
    },
  })).said;

/** The last so many bytes that are mapped; nothing may be allocated behind them. */
const last = ({ memory }: Caller, bytes: number): number => memory.allocate(bytes);

const open = ({ memory }: Caller, path: string) =>
  sys('open', putText(memory, path), path.length, O_RDWR);

describe('a fault half-way', () => {
  it('in a structure leaves the members before it, and counts them', () => {
    let copied = () => Number.NaN;
    const programs = (say: (...what: readonly unknown[]) => void): Programs => ({
      *init(me) {
        const id = yield sys('msgget', 7, IPC_CREAT | 0o640);
        const address = last(me, 48);
        const before = copied();
        say(yield sys('msgctl', id, IPC_STAT, address));
        say(copied() - before);
        const members = MSQID_DS.fields.filter(({ offset }) => offset < 48);
        for (const { name, offset } of members) say(name, me.memory.load(address + offset));
        return 0;
      },
    });
    const { said } = trial(programs, {}, (kernel) => {
      copied = () => kernel.ledger.copied;
    });
    const written = ['key', 7, 'uid', 0, 'gid', 0, 'cuid', 0, 'cgid', 0, 'mode', 0o640, 'seq', 0];
    expect(said).toEqual([EFAULT, 48, ...written]);
  });

  it('in an array leaves the elements before it', () => {
    const said = alone(function* (me, say) {
      const id = yield sys('semget', IPC_PRIVATE, 6, IPC_CREAT | 0o600);
      yield sys('semctl', id, 0, SETALL, putNumbers(me.memory, 2, [1, 2, 3, 4, 5, 6]));
      const address = last(me, 8);
      say(yield sys('semctl', id, 0, GETALL, address));
      for (const n of [0, 1, 2, 3]) say(me.memory.load(address + 2 * n));
      say(yield sys('semctl', id, 0, SETALL, address), yield sys('semctl', id, 5, 12, 0));
    });
    expect(said).toEqual([EFAULT, 1, 2, 3, 4, EFAULT, 6]);
  });

  it('between ids leaves the first', () => {
    const said = alone(function* (me, say) {
      yield sys('setresuid', -1, 1000, -1);
      const [a, b] = [me.memory.allocate(8), me.memory.allocate(8)];
      say(yield sys('getresuid', a, UNMAPPED, b), me.memory.load(a), me.memory.load(b));
      say(yield sys('getresuid', a, b, UNMAPPED), me.memory.load(b));
    });
    expect(said).toEqual([EFAULT, 0, 0, EFAULT, 1000]);
  });

  it('in a message loses it, though its beginning came', () => {
    const said = alone(function* (me, say) {
      const id = yield sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
      const message = me.memory.allocate(32);
      me.memory.store(message, 5);
      me.memory.store(message + 8, 'a text of seventeen');
      say(yield sys('msgsnd', id, message, 19, 0));
      const address = last(me, 16);
      say(yield sys('msgrcv', id, address, 100, 0, 0));
      say(me.memory.load(address), me.memory.load(address + 8));
      say(yield sys('msgsnd', id, address, 9, 0), yield sys('msgsnd', id, address, 8, 0));
    });
    expect(said).toEqual([0, EFAULT, 5, 'a text o', EFAULT, 0]);
  });

  it('of a status is told to whoever has waited already', () => {
    const said = alone(function* (_, say) {
      yield sys('fork', 'exits');
      say(yield sys('wait4', -1, UNMAPPED, 0), yield sys('wait4', -1, 0, 0));
    });
    expect(said).toEqual([EFAULT, fail('ECHILD')]);
  });

  it('in a read is a short one of a seq_file, and a fault of a sysctl', () => {
    const said = alone(function* (me, say) {
      yield* named(me, 'a long name');
      const [comm, hint] = [
        yield open(me, '/proc/self/comm'),
        yield open(me, '/proc/sys/kernel/msg_next_id'),
      ];
      yield sys('write', hint, putText(me.memory, '1234567890'), 10);
      yield sys('lseek', hint, 0, 0);
      const address = last(me, 8);
      say(yield sys('read', comm, address, 100), me.memory.load(address));
      say(yield sys('read', comm, address, 100), me.memory.load(address));
      say(yield sys('read', hint, address, 100), me.memory.load(address));
      say(yield sys('lseek', hint, 0, 1), yield sys('read', hint, UNMAPPED, 100));
    });
    expect(said).toEqual([8, 'a long n', 4, 'ame\n', EFAULT, '12345678', 0, EFAULT]);
  });

  it('in what is written writes nothing', () => {
    const said = alone(function* (me, say) {
      const fd = yield open(me, '/proc/sys/kernel/msg_next_id');
      const address = putText(me.memory, '7654321');
      say(yield sys('write', fd, address, 9), yield sys('write', fd, address, 7));
    });
    expect(said).toEqual([EFAULT, 7]);
  });
});

function* named({ memory }: Caller, name: string): Program {
  return yield sys('prctl', 15, putText(memory, name));
}
