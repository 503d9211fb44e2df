// SPDX-License-Identifier: MIT
/** Mainline's hints by their own road. */
import { describe, expect, it } from 'vitest';
import type { WantKind } from '../../core/kernel/directed.ts';
import { fail } from '../../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../../core/kernel/flags.ts';
import { directBy } from '../../core/kernel/scenario.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { trial } from '../../core/model/trial.ts';
import { callers } from '../../properties/checks.ts';
import { nextId } from './next-id.ts';

const NEW = IPC_CREAT | 0o600;
const GETS = {
  msg: sys('msgget', IPC_PRIVATE, NEW),
  sem: sys('semget', IPC_PRIVATE, 1, NEW),
  shm: sys('shmget', IPC_PRIVATE, 1, NEW),
};

describe.each(callers(nextId).map(([name, caller]) => ({ name, direct: directBy(caller) })))(
  '$name',
  ({ name, direct }) => {
    const want = (kind: WantKind, id: number) => ({ kind, values: [id] });

    it('directs each type, time after time, and slides where an index is in use', () => {
      const { said } = trial((say) => ({
        *init(me) {
          for (const type of ['msg', 'sem', 'shm'] as const) {
            for (const id of [101, 32768 + 102, 101]) {
              say(yield* direct(me, want(type, id), GETS[type]));
            }
          }
          return 0;
        },
      }));
      const each = [101, 32768 + 102, 103];
      expect(said).toEqual([...each, ...each, ...each]);
    });

    it('makes no call for what it can not direct, but to prepare', () => {
      const made: string[] = [];
      const { said } = trial(
        (say) => ({
          *init(me) {
            say(yield* direct(me, want('pid', 11), sys('fork', 'init')));
            return 0;
          },
        }),
        { entry: (_kernel, _current, call) => made.push(call) },
      );
      expect(said).toEqual([fail('ENOSYS')]);
      expect(made).toEqual(name === 'next_id (openat)' ? ['open'] : []);
    });

    it('without privilege makes nothing', () => {
      const { said } = trial((say) => ({
        *init(me) {
          yield sys('setuid', 1000);
          say(yield* direct(me, want('msg', 101), GETS.msg), yield GETS.msg);
          return 0;
        },
      }));
      expect(said).toEqual([fail('EACCES'), 0]);
    });
  },
);
