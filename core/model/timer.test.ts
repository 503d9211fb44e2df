// SPDX-License-Identifier: MIT
/** Ids of POSIX timers, by kernel/time/posix-timers.c of Linux 6.15. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
  PR_TIMER_CREATE_RESTORE_IDS_OFF,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
} from '../kernel/flags.ts';
import { putNumbers } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { INT_MAX } from './limits.ts';
import { trial } from './trial.ts';

const EINVAL = fail('EINVAL');
const MONOTONIC = 1;

const mode = (control: number, ...more: [number?, number?, number?]) =>
  sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, control, ...more);
const ON = mode(PR_TIMER_CREATE_RESTORE_IDS_ON);
const OFF = mode(PR_TIMER_CREATE_RESTORE_IDS_OFF);
const GET = mode(PR_TIMER_CREATE_RESTORE_IDS_GET);

/** The id that a new timer gets, or -errno. */
function* create({ memory }: Caller, wanted = 0): Program {
  const address = putNumbers(memory, 4, [wanted]);
  const result = yield sys('timer_create', MONOTONIC, 0, address);
  return result < 0 ? result : Number(memory.load(address));
}

describe('a timer of no given id', () => {
  it('gets the next one, and none twice in a row', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield* create(me), yield* create(me), yield sys('timer_delete', 1));
        say(yield* create(me), yield sys('timer_delete', 1), yield sys('timer_delete', -1));
        return 0;
      },
    }));
    expect(said).toEqual([0, 1, 0, 2, EINVAL, EINVAL]);
  });

  it('leaves its id unused where that can not be written', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield sys('timer_create', MONOTONIC, 0, 1), yield* create(me));
        say(yield sys('timer_delete', 0));
        return 0;
      },
    }));
    expect(said).toEqual([fail('EFAULT'), 1, EINVAL]);
  });

  it('needs a clock that has timers', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const at = memory.allocate(4);
        for (const clock of [0, 4, 10, 99, -1]) say(yield sys('timer_create', clock, 0, at));
        return 0;
      },
    }));
    expect(said).toEqual([0, fail('EOPNOTSUPP'), EINVAL, EINVAL, EINVAL]);
  });

  it("is its process's, and is not there after fork", () => {
    const { said } = trial((say, said) => ({
      *init(me) {
        say(yield* create(me), yield ON);
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => said.length === 4, why: 'the thread' };
        yield sys('fork', 'child');
        return 0;
      },
      *thread() {
        say(yield GET, yield sys('timer_delete', 0));
        return yield sys('pause');
      },
      *child(me) {
        say('child', yield GET, yield sys('timer_delete', 0), yield* create(me, 7));
        return 0;
      },
    }));
    expect(said).toEqual([0, 0, 1, 0, 'child', 0, EINVAL, 0]);
  });
});

describe('a timer of a given id', () => {
  it('gets exactly that, or is refused', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield ON, yield* create(me, 7), yield* create(me, 7), yield* create(me, -1));
        say(yield* create(me, 2), yield* create(me, INT_MAX));
        say(yield sys('timer_create', MONOTONIC, 0, 1));
        return 0;
      },
    }));
    const refused = [fail('EBUSY'), EINVAL];
    expect(said).toEqual([0, 7, ...refused, 2, INT_MAX, fail('EFAULT')]);
  });

  it('moves the search for others behind it, around the end', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield ON;
        say(yield* create(me, 7));
        yield OFF;
        say(yield* create(me, 7));
        yield ON;
        say(yield* create(me, 0), yield* create(me, INT_MAX));
        yield OFF;
        say(yield* create(me));
        return 0;
      },
    }));
    expect(said).toEqual([7, 8, 0, INT_MAX, 1]);
  });

  it('is asked for in a mode that needs no privilege and has no other arguments', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('setuid', 1000);
        say(yield GET, yield ON, yield GET, yield OFF, yield GET, yield mode(3), yield mode(-1));
        say(yield mode(1, 1), yield mode(1, 0, 1), yield mode(1, 0, 0, 1), yield GET);
        return 0;
      },
    }));
    const refused = [EINVAL, EINVAL, EINVAL];
    expect(said).toEqual([0, 0, 1, 0, 0, EINVAL, EINVAL, ...refused, 0]);
  });
});
