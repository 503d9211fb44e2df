// SPDX-License-Identifier: MIT
/** Namespaces as files, and setns(2): by kernel/nsproxy.c, fs/proc/namespaces.c of Linux 6.1. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  IPC_CREAT,
  O_RDONLY,
  O_RDWR,
  SEEK_SET,
} from '../kernel/flags.ts';
import { putNumbers, putText } from '../kernel/memory.ts';
import { type Caller, type Program, sys } from '../kernel/syscall.ts';
import { trial } from './trial.ts';

const OK = 0;
const [EACCES, EBADF, EINVAL, ENOENT, EPERM] = (
  ['EACCES', 'EBADF', 'EINVAL', 'ENOENT', 'EPERM'] as const
).map(fail);

const ns = ({ memory }: Caller, name: string, whose = 'self', flags = O_RDONLY) => {
  const path = `/proc/${whose}/ns/${name}`;
  return sys('open', putText(memory, path), path.length, flags);
};

function* pauses(): Program {
  return yield sys('pause');
}
function* dropsAll({ memory }: Caller): Program {
  const header = putNumbers(memory, 4, [0x20080522, 0]);
  return yield sys('capset', header, putNumbers(memory, 4, [0, 0, 0, 0, 0, 0]));
}

describe('files of namespaces', () => {
  it('are opened for reading, but there is nothing to read', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield ns(me, 'ipc'), yield ns(me, 'pid', '1/task/1'), yield ns(me, 'none'));
        say(yield ns(me, 'ipc', 'self', O_RDWR), yield ns(me, 'ipc', '99'));
        const address = me.memory.allocate(8);
        say(yield sys('read', 0, address, 8), yield sys('write', 0, address, 8));
        say(yield sys('lseek', 0, 0, SEEK_SET));
        return 0;
      },
    }));
    expect(said).toEqual([0, 1, ENOENT, EPERM, ENOENT, EINVAL, EBADF, fail('ESPIPE')]);
  });

  it('take what ptrace takes', () => {
    const { said } = trial((say, all) => ({
      *init() {
        yield sys('fork', 'child');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        return yield sys('pause');
      },
      *child(me) {
        yield* dropsAll(me);
        say(yield ns(me, 'ipc', '1'), yield ns(me, 'ipc'), yield ns(me, 'none', '1'));
        return 0;
      },
      *thread(me) {
        yield { until: () => all.length === 3, why: 'the child' };
        yield* dropsAll(me);
        say(yield ns(me, 'ipc', '1'));
        return 0;
      },
    }));
    expect(said).toEqual([EACCES, 0, ENOENT, 0]);
  });

  it('of the dead: only where their number is', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const child = String(yield sys('fork', 'child'));
        yield { until: () => all.length > 0, why: 'the child' };
        say(yield ns(me, 'ipc', child), yield ns(me, 'pid_for_children', child));
        say(yield ns(me, 'pid', child));
        return 0;
      },
      *child() {
        say('exits');
        return yield sys('exit_group', 0);
      },
    }));
    expect(said).toEqual(['exits', ENOENT, ENOENT, 0]);
  });

  it('of children are not there before their init is', () => {
    const { said } = trial((say) => ({
      *init(me) {
        say(yield ns(me, 'pid_for_children'), yield sys('unshare', CLONE_NEWPID));
        say(yield ns(me, 'pid_for_children'), yield ns(me, 'pid'));
        yield sys('fork', 'pauses');
        say(yield ns(me, 'pid_for_children'));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([0, OK, ENOENT, 1, 2]);
  });
});

describe('setns', () => {
  it('looks at the descriptor, the type and privilege, in that order', () => {
    const { said } = trial((say) => ({
      *init(me) {
        yield ns(me, 'ipc');
        const comm = '/proc/self/comm';
        yield sys('open', putText(me.memory, comm), comm.length, O_RDONLY);
        say(
          yield sys('setns', 9, 0),
          yield sys('setns', 1, 0),
          yield sys('setns', 0, CLONE_NEWPID),
        );
        say(yield sys('setns', 0, 0), yield sys('setns', 0, CLONE_NEWIPC));
        yield* dropsAll(me);
        say(
          yield sys('setns', 9, 0),
          yield sys('setns', 0, 1),
          yield sys('setns', 0, CLONE_NEWIPC),
        );
        return 0;
      },
    }));
    expect(said).toEqual([EBADF, EINVAL, EINVAL, OK, OK, EBADF, EINVAL, EPERM]);
  });

  it('comes back to an IPC namespace, for the calling thread alone', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const id = yield sys('msgget', 7, IPC_CREAT | 0o600);
        yield ns(me, 'ipc');
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield sys('unshare', CLONE_NEWIPC);
        say(yield sys('msgget', 7, 0), yield sys('setns', 0, CLONE_NEWIPC));
        say((yield sys('msgget', 7, 0)) === id);
        return 0;
      },
      *thread(me) {
        yield sys('unshare', CLONE_NEWIPC);
        yield { until: () => all.length === 3, why: 'init' };
        say(yield sys('msgget', 7, 0), yield ns(me, 'ipc', 'thread-self'));
        return 0;
      },
    }));
    expect(said).toEqual([ENOENT, OK, true, ENOENT, 1]);
  });

  it('into a pid namespace is for children: with numbers there, and the caller stays', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield sys('clone', CLONE_NEWPID, 'pauses');
        const inner = yield ns(me, 'pid', '2');
        const own = yield ns(me, 'pid');
        say(yield sys('setns', inner, CLONE_NEWPID), yield sys('getpid'));
        say(yield sys('clone', CLONE_A_THREAD, 'pauses'), yield sys('unshare', CLONE_NEWPID));
        yield sys('fork', 'child');
        yield { until: () => all.length === 6, why: 'the child' };
        say(yield sys('setns', own, CLONE_NEWPID), yield sys('fork', 'pauses'));
        return 0;
      },
      *child() {
        say(yield sys('getpid'), yield sys('getppid'));
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said).toEqual([OK, 1, EINVAL, EINVAL, 2, 0, OK, 4]);
  });

  it('goes down, and neither up nor aside', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        yield ns(me, 'pid');
        yield sys('clone', CLONE_NEWPID, 'pauses');
        yield ns(me, 'pid', '2');
        yield sys('clone', CLONE_NEWPID, 'inner');
        yield { until: () => all.length === 4, why: 'inner' };
        say(yield sys('setns', yield ns(me, 'pid', '4'), 0), yield sys('fork', 'pauses'));
        return 0;
      },
      *inner(me) {
        say(
          yield sys('setns', 0, 0),
          yield sys('setns', 1, 0),
          yield sys('setns', yield ns(me, 'pid'), 0),
        );
        say(yield sys('clone', CLONE_NEWPID, 'pauses'));
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said).toEqual([EINVAL, EINVAL, OK, 2, OK, 5]);
  });

  it('into a namespace whose init is dead works, but nobody can be forked there', () => {
    const { said } = trial((say) => ({
      *init(me) {
        const pid = yield sys('clone', CLONE_NEWPID, 'pauses');
        const fd = yield ns(me, 'pid', String(pid));
        yield sys('kill', pid, 9);
        yield sys('wait4', pid, 0, 0);
        say(yield sys('setns', fd, 0), yield sys('fork', 'pauses'));
        return 0;
      },
      pauses,
    }));
    expect(said).toEqual([OK, fail('ENOMEM')]);
  });

  it('by a pidfd joins all that is asked for, or nothing', () => {
    const { said } = trial((say, all) => ({
      *init() {
        yield sys('msgget', 7, IPC_CREAT | 0o600);
        const pid = yield sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'child');
        yield { until: () => all.length === 1, why: 'the child' };
        const fd = yield sys('pidfd_open', pid, 0);
        say(yield sys('setns', fd, 0), yield sys('setns', fd, CLONE_NEWIPC | 1));
        say(yield sys('setns', fd, CLONE_NEWIPC), yield sys('msgget', 8, 0));
        say(yield sys('msgget', 7, 0), yield sys('fork', 'pauses'));
        say(yield sys('setns', fd, CLONE_NEWPID), yield sys('fork', 'told'));
        yield sys('kill', pid, 9);
        yield sys('wait4', 4, 0, 0);
        yield sys('wait4', pid, 0, 0);
        say(yield sys('setns', fd, CLONE_NEWPID));
        return 0;
      },
      *child() {
        say(yield sys('msgget', 8, IPC_CREAT | 0o600));
        return yield sys('pause');
      },
      *told() {
        say(yield sys('getpid'), yield sys('msgget', 8, 0));
        return yield sys('pause');
      },
      pauses,
    }));
    expect(said.slice(0, 7)).toEqual([0, EINVAL, EINVAL, OK, 0, ENOENT, 3]);
    expect(said.slice(7)).toEqual([OK, 4, 2, 0, fail('ESRCH')]);
  });

  it('by a pidfd of a parent: neither namespace is joined if one may not be', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('msgget', 7, IPC_CREAT | 0o600);
        yield sys('pidfd_open', 1, 0);
        yield sys('clone', CLONE_NEWPID | CLONE_NEWIPC, 'child');
        return yield sys('pause');
      },
      *child() {
        say(yield sys('setns', 0, CLONE_NEWPID | CLONE_NEWIPC), yield sys('msgget', 7, 0));
        say(yield sys('setns', 0, CLONE_NEWIPC), yield sys('msgget', 7, 0));
        return 0;
      },
    }));
    expect(said).toEqual([EINVAL, ENOENT, OK, 0]);
  });

  it('by a pidfd asks whether its process may be looked into', () => {
    const { said } = trial((say, all) => ({
      *init(me) {
        const pid = yield sys('fork', 'zombie');
        yield { until: () => all.length === 1, why: 'it' };
        const fd = yield sys('pidfd_open', pid, 0);
        yield sys('pidfd_open', 1, 0);
        say(yield sys('setns', fd, CLONE_NEWIPC));
        yield sys('fork', 'stranger');
        yield* dropsAll(me);
        return yield sys('pause');
      },
      *zombie() {
        say('exits');
        return yield sys('exit_group', 0);
      },
      *stranger() {
        yield sys('setresuid', 1000, 1000, 1000);
        say(yield sys('setns', 1, CLONE_NEWIPC));
        return 0;
      },
    }));
    expect(said).toEqual(['exits', fail('ESRCH'), EPERM]);
  });
});
