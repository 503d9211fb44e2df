// SPDX-License-Identifier: MIT
/** flock(2), by fs/locks.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_FILES,
  CLONE_NEWIPC,
  LOCK_EX,
  LOCK_MAND,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_RDONLY,
  SA_RESTART,
  SIGUSR1,
} from '../kernel/flags.ts';
import { putStruct, putText, SIGACTION } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const OK = 0;
const EAGAIN = fail('EAGAIN');
const EBADF = fail('EBADF');
const EINVAL = fail('EINVAL');
const LAST_PID = '/proc/sys/kernel/ns_last_pid';

const open = ({ memory }: Caller, path = LAST_PID) =>
  sys('open', putText(memory, path), path.length, O_RDONLY);
const tries = (fd: number, type = LOCK_EX) => sys('flock', fd, type | LOCK_NB);

function* exits(): Program {
  return yield sys('exit_group', 0);
}

describe('flock', () => {
  it('keeps others out, or those who write, until it is undone', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const [a, b] = [yield open(me), yield open(me)];
        say(yield sys('flock', a, LOCK_SH), yield tries(b, LOCK_SH), yield tries(b));
        say(yield sys('flock', a, LOCK_UN), yield tries(b), yield tries(a, LOCK_SH));
        say(yield sys('flock', b, LOCK_UN), yield sys('flock', b, LOCK_UN), yield tries(a));
        return 0;
      },
    }));
    expect(said).toEqual([OK, OK, EAGAIN, OK, OK, EAGAIN, OK, OK, OK]);
  });

  it('refused in a conversion loses what there was', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const [a, b] = [yield open(me), yield open(me)];
        say(yield tries(a, LOCK_SH), yield tries(b, LOCK_SH), yield tries(a));
        say(yield tries(b));
        return 0;
      },
    }));
    expect(said).toEqual([OK, OK, EAGAIN, OK]);
  });

  it('refuses what it does not know before it looks at the descriptor', () => {
    const { said } = trial((say) => ({
      *init() {
        say(yield sys('flock', 9, 0), yield sys('flock', 9, LOCK_SH | LOCK_EX));
        say(yield sys('flock', 9, LOCK_SH), yield sys('flock', 9, LOCK_MAND | 99));
        return 0;
      },
    }));
    expect(said).toEqual([EINVAL, EINVAL, EBADF, OK]);
  });

  it('is of the open file: a copy has it too, and the last to be closed lets it go', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const [a, b] = [yield open(me), yield open(me)];
        const copy = yield sys('dup', a);
        say(yield tries(a), yield tries(copy), yield sys('close', a), yield tries(b));
        yield sys('fork', 'child');
        yield sys('close', copy);
        say(yield tries(b));
        say('closed');
        yield sys('flock', b, LOCK_EX);
        say(all.includes('exits'));
        return 0;
      },
      *child() {
        yield { until: () => all.includes('closed'), why: 'init' };
        say('exits');
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual([OK, OK, OK, EAGAIN, EAGAIN, 'closed', 'exits', true]);
  });

  it('is not let go by the death of one who shares the table', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const [a, b] = [yield open(me), yield open(me)];
        yield tries(a);
        yield sys('wait4', yield sys('clone', CLONE_FILES, 'exits'), 0, 0);
        yield sys('wait4', yield sys('fork', 'exits'), 0, 0);
        say(yield tries(b), yield sys('unshare', CLONE_FILES), yield tries(b));
        say(yield sys('dup2', b, a), yield tries(b));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([EAGAIN, OK, EAGAIN, 0, OK]);
  });

  it('on one file, whatever the path; on another of the same name it is another', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const same = [yield open(me, '/proc/self/comm'), yield open(me, '/proc/1/comm')];
        for (const fd of same) say(yield tries(fd));
        say(yield tries(yield open(me, '/proc/1/task/1/comm')));
        const hints = [yield open(me, '/proc/sys/kernel/msg_next_id')];
        const pids = [yield open(me)];
        yield sys('unshare', CLONE_NEWIPC);
        hints.push(yield open(me, '/proc/sys/kernel/msg_next_id'));
        pids.push(yield open(me));
        for (const fd of [...hints, ...pids]) say(yield tries(fd));
        return 0;
      },
    }));
    expect(said).toEqual([OK, EAGAIN, OK, OK, OK, OK, EAGAIN]);
  });

  it.each([
    [0, fail('EINTR'), 'interrupted'],
    [SA_RESTART, OK, 'made again'],
  ])('that waits is interrupted by a signal: SA_RESTART %i', (flags, result) => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const fd = yield open(me);
        yield tries(fd);
        const pid = yield sys('fork', 'child');
        yield { until: () => all.length === 1, why: 'the child' };
        yield sys('kill', pid, SIGUSR1);
        yield { until: () => all.includes('handled'), why: 'the handler' };
        yield sys('flock', fd, LOCK_UN);
        return 0;
      },
      *child(me) {
        const action = putStruct(me.memory, SIGACTION, { handler: 4096, flags });
        yield sys('rt_sigaction', 'handler', SIGUSR1, action, 0, 8);
        const fd = yield open(me);
        say('waits');
        say(yield sys('flock', fd, LOCK_EX));
        return 0;
      },
      *handler() {
        say('handled');
        return 0;
      },
    }));
    expect(said).toEqual(['waits', 'handled', result]);
  });

  it('granted on a file that was closed meanwhile is let go at once', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const [a, b] = [yield open(me), yield open(me)];
        yield tries(a);
        yield sys('clone', CLONE_FILES, 'waiter');
        yield { until: () => all.length === 1, why: 'the waiter' };
        yield sys('close', b);
        yield sys('flock', a, LOCK_UN);
        yield { until: () => all.length === 2, why: 'the waiter' };
        say(yield tries(a));
        return 0;
      },
      *waiter() {
        say('waits');
        say(yield sys('flock', 1, LOCK_EX));
        return 0;
      },
    }));
    expect(said).toEqual(['waits', OK, OK]);
  });
});
