// SPDX-License-Identifier: MIT
/** Models in which one call does something else to the state of a task, for the proof that it shows. */
import { CLONE_NEWIPC, CLONE_NEWPID, SIGCHLD, WALL, WCLONE } from '../../core/kernel/flags.ts';
import type { KernelHalf, SyscallHandlers } from '../../core/kernel/strategy.ts';
import { type Handler, PLAIN_LINUX } from '../../core/model/table.ts';
import { around } from './file-mutants.ts';
import type { ModelCall } from './script.ts';

export const instead = <N extends ModelCall>(name: N, handler: Handler<N>): KernelHalf => ({
  syscalls: { [name]: handler } as unknown as SyscallHandlers,
});

export const STATE_MUTANTS: readonly [string, KernelHalf][] = [
  [
    'setresuid: who leaves root by the effective id keeps what is effective',
    instead('setresuid', (kernel, current, ...to) => {
      const { effective } = current.cred.v;
      const result = PLAIN_LINUX.setresuid(kernel, current, ...to);
      if (current.cred.v.suid === 0) current.cred.v = { ...current.cred.v, effective };
      return result;
    }),
  ],
  [
    'setresuid: who comes back to root stays without capabilities',
    instead('setresuid', (kernel, current, ...to) => {
      const { euid, effective } = current.cred.v;
      const result = PLAIN_LINUX.setresuid(kernel, current, ...to);
      if (euid !== 0) current.cred.v = { ...current.cred.v, effective };
      return result;
    }),
  ],
  [
    'setreuid: the saved id stays',
    instead('setreuid', (kernel, current, ...to) => {
      const { suid } = current.cred.v;
      const result = PLAIN_LINUX.setreuid(kernel, current, ...to);
      current.cred.v = { ...current.cred.v, suid };
      return result;
    }),
  ],
  [
    'setgid: the privileged change the effective id alone',
    instead('setgid', (kernel, current, gid) =>
      PLAIN_LINUX.setresgid(kernel, current, -1, gid, -1),
    ),
  ],
  [
    'msgget: the owner is the real user',
    instead('msgget', (kernel, current, ...args) => {
      const cred = current.cred.v;
      current.cred.v = { ...cred, euid: cred.uid };
      const result = PLAIN_LINUX.msgget(kernel, current, ...args);
      current.cred.v = cred;
      return result;
    }),
  ],
  [
    'exit_group: an init goes on minding its children',
    around('exit_group', function* ({ sighand }, _, call) {
      const action = sighand.action(SIGCHLD);
      const result = yield* call();
      sighand.set(SIGCHLD, action);
      return result;
    }),
  ],
  [
    'capset: what is inheritable is forgotten',
    instead('capset', (kernel, current, ...at) => {
      const { inheritable } = current.cred.v;
      const result = PLAIN_LINUX.capset(kernel, current, ...at);
      current.cred.v = { ...current.cred.v, inheritable };
      return result;
    }),
  ],
  [
    'unshare: the IPC namespace stays',
    instead('unshare', (kernel, current, flags) =>
      PLAIN_LINUX.unshare(kernel, current, flags & ~CLONE_NEWIPC),
    ),
  ],
  [
    'unshare: the pid namespace stays',
    instead('unshare', (kernel, current, flags) =>
      PLAIN_LINUX.unshare(kernel, current, flags & ~CLONE_NEWPID),
    ),
  ],
  [
    'wait4: children of all exit signals are the same',
    instead('wait4', (kernel, current, pid, at, options) =>
      PLAIN_LINUX.wait4(kernel, current, pid, at, options | WALL),
    ),
  ],
  [
    'wait4: __WCLONE means nothing',
    instead('wait4', (kernel, current, pid, at, options) =>
      PLAIN_LINUX.wait4(kernel, current, pid, at, options & ~WCLONE),
    ),
  ],
  [
    'timer_create: a given id does not move the search for others',
    instead('timer_create', function* (kernel, current, ...args) {
      const { next, restoresIds } = current.signal.timers;
      const before = next.v;
      const made = PLAIN_LINUX.timer_create(kernel, current, ...args);
      const result = typeof made === 'number' ? made : yield* made;
      if (restoresIds.v) next.v = before;
      return result;
    }),
  ],
  [
    'timer_create: where the id can not be written, it is not used up',
    instead('timer_create', function* (kernel, current, ...args) {
      const { next } = current.signal.timers;
      const before = next.v;
      const made = PLAIN_LINUX.timer_create(kernel, current, ...args);
      const result = typeof made === 'number' ? made : yield* made;
      if (result < 0) next.v = before;
      return result;
    }),
  ],
];
