// SPDX-License-Identifier: MIT
/** Filters on system calls, by kernel/seccomp.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  PR_GET_NO_NEW_PRIVS,
  PR_SET_NO_NEW_PRIVS,
  SECCOMP_SET_MODE_FILTER,
} from '../kernel/flags.ts';
import { putText } from '../kernel/memory.ts';
import type { KernelHalf } from '../kernel/strategy.ts';
import { type Caller, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const OK = 0;
const EINVAL = fail('EINVAL');
const EPERM = fail('EPERM');

const filter = ({ memory }: Caller, text: string, flags = 0) =>
  sys('seccomp', SECCOMP_SET_MODE_FILTER, flags, putText(memory, text), text.length);
const noNewPrivs = sys('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);

describe('no_new_privs', () => {
  it('is set and not unset', () => {
    const { said } = trial((say) => ({
      *init() {
        const get = sys('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        say(yield get, yield sys('prctl', PR_SET_NO_NEW_PRIVS, 0));
        say(yield sys('prctl', PR_SET_NO_NEW_PRIVS, 1, 1), yield get);
        say(yield noNewPrivs, yield get, yield sys('prctl', PR_SET_NO_NEW_PRIVS, 0), yield get);
        say(yield sys('prctl', PR_GET_NO_NEW_PRIVS, 1));
        say(yield sys('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 1));
        yield sys('fork', 'child');
        return 0;
      },
      *child() {
        say(yield sys('prctl', PR_GET_NO_NEW_PRIVS, 0));
        return 0;
      },
    }));
    expect(said).toEqual([0, EINVAL, EINVAL, 0, OK, 1, EINVAL, 1, EINVAL, EINVAL, 1]);
  });
});

describe('a filter', () => {
  it('refuses its calls before they begin, and no others; filters add up', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield filter(me, 'getpid fork'), yield sys('getpid'), yield sys('fork', 'child'));
        say(yield filter(me, ' setsid  getuid'), yield sys('getppid'), yield sys('getuid'));
        say(yield sys('setsid'), yield sys('getpid'), yield filter(me, 'seccomp'));
        say(yield filter(me, 'getgid'), yield sys('getgid'));
        return 0;
      },
    }));
    expect(said).toEqual([OK, EPERM, EPERM, OK, 0, EPERM, EPERM, EPERM, OK, EPERM, 0]);
  });

  it('is inherited, and a thread may have more', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield filter(me, 'getuid');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => all.length === 4, why: 'the thread' };
        say(yield sys('getgid'), yield sys('fork', 'child'));
        return 0;
      },
      *thread(me) {
        say(yield sys('getuid'), yield sys('getgid'), yield filter(me, 'getgid'));
        say(yield sys('getgid'));
        return 0;
      },
      *child() {
        say(yield sys('getuid'), yield sys('getgid'));
        return 0;
      },
    }));
    expect(said).toEqual([EPERM, 0, OK, EPERM, 0, 3, EPERM, 0]);
  });

  it('takes privilege or the promise to gain none, after it was read', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield sys('setuid', 1000);
        say(yield filter(me, 'getpid'), yield filter(me, ''), yield sys('seccomp', 1, 0, 1, 6));
        say(yield filter(me, 'getpid', 64), yield sys('seccomp', 99, 0, 1, 6));
        say(yield sys('getpid'), yield noNewPrivs, yield filter(me, 'getpid'), yield sys('getpid'));
        return 0;
      },
    }));
    const refused = [fail('EACCES'), EINVAL, fail('EFAULT'), EINVAL, EINVAL];
    expect(said).toEqual([...refused, 1, OK, OK, EPERM]);
  });

  it('sees the outer one of a call that wraps another, which may ask about the inner', () => {
    const WRAPPED = sys('getppid');
    const half = (asks: boolean): KernelHalf => ({
      syscalls: {
        *getpid(kernel, current) {
          const refused = asks ? kernel.filtered(current, WRAPPED.name) : 0;
          return refused !== 0 ? refused : yield* kernel.dispatch(current, WRAPPED);
        },
      },
    });
    const [hidden, asked] = [false, true].map(
      (asks) =>
        trial(
          (say) => ({
            *init(me) {
              say(yield filter(me, 'getppid'), yield sys('getppid'), yield sys('getpid'));
              return 0;
            },
          }),
          half(asks),
        ).said,
    );
    expect(hidden).toEqual([OK, EPERM, 0]);
    expect(asked).toEqual([OK, EPERM, EPERM]);
  });

  it('is asked between the entry and the exit of a call', () => {
    const seen: string[] = [];
    const { said } = trial(
      (say) => ({
        *init(me) {
          yield filter(me, 'getpid');
          say(yield sys('getpid'));
          return 0;
        },
      }),
      {
        entry: (_kernel, _current, name) => void seen.push(`enters ${name}`),
        exit: (_kernel, _current, name) => void seen.push(`leaves ${name}`),
      },
    );
    expect(said).toEqual([EPERM]);
    expect(seen.slice(2)).toEqual(['enters getpid', 'leaves getpid']);
  });
});
