// SPDX-License-Identifier: MIT
/** clone3(2), by copy_clone_args_from_user() of Linux 6.1, and waiting for what it makes. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWPID,
  CLONE_PARENT,
  SIGCHLD,
  WALL,
  WCLONE,
  WNOHANG,
} from '../kernel/flags.ts';
import { CLONE_ARGS, putNumbers, putStruct, type UserMemory } from '../kernel/memory.ts';
import { type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const EINVAL = fail('EINVAL');
const E2BIG = fail('E2BIG');
const EFAULT = fail('EFAULT');
const SIGURG = 23;

function* exits(): Program {
  return yield sys('exit_group', 0);
}

type Members = Readonly<Record<string, number>>;

/** What clone3 by init says to each structure, of 88 bytes unless a size is given. */
function answers(cases: (memory: UserMemory) => readonly (readonly [Members, number?])[]) {
  const { said } = trial((say) => ({
    *init({ memory }) {
      for (const [members, size] of cases(memory)) {
        const address = putStruct(memory, CLONE_ARGS, members);
        say(yield sys('clone3', 'exits', address, size ?? CLONE_ARGS.bytes));
      }
      return 0;
    },
    exits,
  }));
  return said;
}

const wants = (memory: UserMemory, ...numbers: number[]): Members => ({
  exit_signal: SIGCHLD,
  set_tid: putNumbers(memory, 4, numbers),
  set_tid_size: numbers.length,
});

describe('the structure of clone3', () => {
  it('may be older: what it does not reach is 0', () => {
    expect(
      answers((memory) => {
        const nine = wants(memory, 9);
        return [
          [nine, 0],
          [nine, 63],
          [nine, 64],
          [nine, 72],
          [nine, 80],
          [wants(memory, 10), 88],
        ];
      }),
    ).toEqual([EINVAL, EINVAL, 2, EINVAL, 9, 10]);
  });

  it('may be newer, if what this kernel does not know is 0', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const address = memory.allocate(4096);
        for (const size of [96, 4096]) say(yield sys('clone3', 'exits', address, size));
        for (const size of [4097, -1]) say(yield sys('clone3', 'exits', address, size));
        memory.store(address + 88, 1);
        for (const size of [88, 96]) say(yield sys('clone3', 'exits', address, size));
        say(yield sys('clone3', 'exits', memory.allocate(88), 96));
        say(yield sys('clone3', 'exits', 1, 88), yield sys('clone3', 'exits', 1, 96));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([2, 3, E2BIG, E2BIG, 4, E2BIG, EFAULT, EFAULT, EFAULT]);
  });

  it('has both or neither of set_tid and set_tid_size, and not too many', () => {
    expect(
      answers((memory) => [
        [{ set_tid: 8 }],
        [{ set_tid_size: 1 }],
        [{ set_tid: 1, set_tid_size: 33 }],
        [{ set_tid: 1, set_tid_size: 32 }],
        [{ ...wants(memory, 5, 6) }],
        [{ ...wants(memory, 0) }],
        [{ ...wants(memory, 5), flags: CLONE_NEWPID }],
        [{ ...wants(memory, 1, 5), flags: CLONE_NEWPID }],
      ]),
    ).toEqual([EINVAL, EINVAL, EINVAL, EFAULT, EINVAL, EINVAL, EINVAL, 5]);
  });

  it('has an exit signal that is one, and none in the flags', () => {
    expect(
      answers(() => [
        [{ exit_signal: 65 }],
        [{ exit_signal: 256 + SIGCHLD }],
        [{ exit_signal: -1 }],
        [{ flags: SIGCHLD }],
        [{ flags: CLONE_A_THREAD, exit_signal: SIGCHLD }],
        [{ flags: 2 ** 34 }],
        [{ exit_signal: 64 }],
      ]),
    ).toEqual([EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, 2]);
  });

  it('faults on its numbers before it looks at its flags', () => {
    expect(answers(() => [[{ flags: SIGCHLD, set_tid: 1, set_tid_size: 1 }]])).toEqual([EFAULT]);
  });

  it('has a stack and its size, or neither', () => {
    expect(
      answers(() => [[{ stack: 4096 }], [{ stack_size: 4096 }], [{ stack: 4096, stack_size: 16 }]]),
    ).toEqual([EINVAL, EINVAL, 2]);
  });
});

describe('a child of another exit signal than SIGCHLD', () => {
  it('is waited for by __WCLONE or __WALL alone, and others not by __WCLONE', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const quiet = yield sys('clone3', 'exits', putStruct(memory, CLONE_ARGS, {}), 88);
        say(yield sys('wait4', quiet, 0, 0), yield sys('wait4', quiet, 0, WCLONE));
        const urgent = putStruct(memory, CLONE_ARGS, { exit_signal: SIGURG });
        yield sys('clone3', 'exits', urgent, 88);
        say(yield sys('wait4', -1, 0, WNOHANG), yield sys('wait4', -1, 0, WALL));
        yield sys('fork', 'exits');
        say(yield sys('wait4', -1, 0, WCLONE), yield sys('wait4', -1, 0, WALL));
        say(yield sys('wait4', -1, 0, 64));
        return 0;
      },
      exits,
    }));
    const ECHILD = fail('ECHILD');
    expect(said).toEqual([ECHILD, 2, ECHILD, 3, ECHILD, 4, EINVAL]);
  });

  it('gives its siblings by CLONE_PARENT the same, and its orphans SIGCHLD', () => {
    const { said } = trial((say, said) => ({
      *init({ memory }) {
        yield sys('clone3', 'quiet', putStruct(memory, CLONE_ARGS, {}), 88);
        say(yield sys('wait4', 2, 0, WALL));
        say(yield sys('wait4', 3, 0, 0), yield sys('wait4', 3, 0, WCLONE));
        say(yield sys('wait4', 4, 0, 0));
        return 0;
      },
      *quiet({ memory }) {
        yield sys('clone', CLONE_PARENT, 'exits');
        yield sys('clone3', 'orphan', putStruct(memory, CLONE_ARGS, {}), 88);
        return yield sys('exit_group', 0);
      },
      *orphan() {
        yield { until: () => said.includes(2), why: 'the death of its parent' };
        return yield sys('exit_group', 0);
      },
      exits,
    }));
    expect(said).toEqual([2, fail('ECHILD'), 3, 4]);
  });
});
