// SPDX-License-Identifier: MIT
/** The model against the kernel that runs the tests, and proof that a wrong rule does not hide. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fail } from '../../core/kernel/errno.ts';
import { CLONE_ARGS_SIZE_VER0 } from '../../core/kernel/memory.ts';
import type { KernelHalf, SyscallHandlers } from '../../core/kernel/strategy.ts';
import { ERESTARTNOHAND, ERESTARTNOINTR, ERESTARTSYS } from '../../core/model/signal.ts';
import { PLAIN_LINUX } from '../../core/model/table.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { compare } from './compare.ts';
import { conform } from './conform.ts';
import { DESCRIPTOR_MUTANTS } from './descriptor-mutants.ts';
import { DIRECTORY_MUTANTS } from './directory-mutants.ts';
import { EXEC_MUTANTS } from './exec-mutants.ts';
import { FILE_MUTANTS } from './file-mutants.ts';
import { scripts } from './generate/scripts.ts';
import { runOnLinux } from './on-linux.ts';
import { runOnModel } from './on-model.ts';
import type { Answer, ModelCall, Script } from './script.ts';
import { STATE_MUTANTS } from './state-mutants.ts';
import { limitsOf, suited } from './suited.ts';

const noHost = await whyNoHost();
if (noHost !== null) process.stderr.write(`skipped, as the host lane can't be run: ${noHost}\n`);

const SEED = 200807;
const SCRIPTS = 3000;
/** Most of the time a kernel waits, to take namespaces down: several scripts at once wait together. */
const AGENTS = 3;
let agents: readonly Agent[] = [];
const answered: { script: Script; linux: Answer }[] = [];

beforeAll(async () => {
  if (noHost !== null) return;
  const path = await buildAgent();
  agents = await Promise.all(Array.from({ length: AGENTS }, () => Agent.start(path)));
  const generated = fc.sample(scripts, { seed: SEED, numRuns: SCRIPTS }).entries();
  const run = async (agent: Agent) => {
    const limits = limitsOf(agent.hello);
    for (const [index, one] of generated) {
      const script = suited(one, limits);
      answered[index] = { script, linux: await runOnLinux(agent, script) };
    }
  };
  await Promise.all(agents.map(run));
}, 120_000);
afterAll(() => Promise.all(agents.map((agent) => agent.end())));

/** The first script whose answers differ, as words; null if the model with `half` agrees in all. */
function difference(half: KernelHalf = {}): string | null {
  for (const { script, linux } of answered) {
    if (!concerns(half, script)) continue;
    const { mismatch } = compare({ script, linux, model: runOnModel(script, half) }, half);
    if (mismatch !== null) return JSON.stringify(mismatch);
  }
  return null;
}

/** Without the calls that are otherwise in it, a script has the answers that the plain model gives. */
function concerns({ syscalls = {}, ...rest }: KernelHalf, script: Script): boolean {
  if (Object.keys(rest).length > 0 || Object.keys(syscalls).length === 0) return true;
  return script.some(({ call }) => call in syscalls);
}

describe.skipIf(noHost !== null)('the model', () => {
  it('answers generated scripts as this kernel does', () => {
    expect(difference()).toBeNull();
  });

  it('is compared in as many calls as asked for, from a seed', async () => {
    const [agent] = agents;
    if (agent === undefined) throw new Error('no agent was started');
    const { calls, mismatch, byErrno, branches } = await conform(agent, { seed: 3, calls: 4000 });
    expect(mismatch).toBeNull();
    expect(calls).toBeGreaterThanOrEqual(4000);
    const errnos = new Set(Object.values(byErrno).flatMap((ends) => Object.keys(ends)));
    expect(errnos.size).toBeGreaterThan(12);
    expect(branches.find(({ file }) => file === 'sem.ts')?.branches.reached).toBeGreaterThan(80);
  });
});

type Handler = (kernel: never, current: never, ...args: never[]) => unknown;

/** A model in which one call answers otherwise. */
function otherwise(
  name: ModelCall,
  change: (result: number, args: readonly number[]) => number,
): KernelHalf {
  const original = PLAIN_LINUX[name] as Handler;
  const handler = function* (kernel: never, current: never, ...args: never[]) {
    const handled = original(kernel, current, ...args);
    const result =
      typeof handled === 'number' ? handled : yield* handled as Generator<null, number>;
    return change(result, args as readonly number[]);
  };
  return { syscalls: { [name]: handler } as SyscallHandlers };
}

const says = (
  name: ModelCall,
  wrong: Parameters<typeof fail>[0],
  instead: Parameters<typeof fail>[0],
) => otherwise(name, (result) => (result === fail(wrong) ? fail(instead) : result));

const says0 = (name: ModelCall, wrong: Parameters<typeof fail>[0]) =>
  otherwise(name, (result) => (result === fail(wrong) ? 0 : result));

const refusesFirst = (result: number, [, , bytes]: readonly number[]) =>
  bytes === CLONE_ARGS_SIZE_VER0 ? fail('EINVAL') : result;

const MUTANTS: readonly [string, KernelHalf][] = [
  ['msgget: a key that is taken is EACCES', says('msgget', 'EEXIST', 'EACCES')],
  ['msgget: a key that is free is EINVAL', says('msgget', 'ENOENT', 'EINVAL')],
  ['msgget: ids start at 1', otherwise('msgget', (id) => (id < 0 ? id : id + 1))],
  ['msgsnd: a bad address is EINVAL', says('msgsnd', 'EFAULT', 'EINVAL')],
  [
    'msgsnd: returns the size',
    otherwise('msgsnd', (result, args) => (result === 0 ? (args[2] ?? 0) : result)),
  ],
  ['msgrcv: no message is EAGAIN', says('msgrcv', 'ENOMSG', 'EAGAIN')],
  ['msgctl: an id that is none is ENOENT', says('msgctl', 'EINVAL', 'ENOENT')],
  [
    'semget: too many semaphores is ENOSPC',
    otherwise('semget', (r, [, n]) => (n === 32001 ? fail('ENOSPC') : r)),
  ],
  ['semop: too many operations is EINVAL', says('semop', 'E2BIG', 'EINVAL')],
  ['semop: a semaphore beyond the set is EINVAL', says('semop', 'EFBIG', 'EINVAL')],
  ['semctl: too large a value is EINVAL', says('semctl', 'ERANGE', 'EINVAL')],
  [
    'semctl: GETVAL is one more',
    otherwise('semctl', (r, [, , command]) => (command === 12 && r >= 0 ? r + 1 : r)),
  ],
  ['shmget: no size is ENOMEM', says('shmget', 'EINVAL', 'ENOMEM')],
  ['shmdt: nothing there is EFAULT', says('shmdt', 'EINVAL', 'EFAULT')],
  ['wait4: no child is ESRCH', says('wait4', 'ECHILD', 'ESRCH')],
  ['wait4: nobody dead is ECHILD', otherwise('wait4', (r) => (r === 0 ? fail('ECHILD') : r))],
  ['setsid: a leader is EINVAL', says('setsid', 'EPERM', 'EINVAL')],
  ['setpgid: nobody there is EPERM', says('setpgid', 'ESRCH', 'EPERM')],
  ['setpgid: a group that is none is ESRCH', says('setpgid', 'EPERM', 'ESRCH')],
  ['getpgid: nobody there is EINVAL', says('getpgid', 'ESRCH', 'EINVAL')],
  ['getsid: of oneself is 1 more', otherwise('getsid', (r, [pid]) => (pid === 0 ? r + 1 : r))],
  ['getppid: of an orphan is 0', otherwise('getppid', (r) => (r === 1 ? 0 : r))],
  ['gettid: is that of the leader', otherwise('gettid', () => 2)],
  ['setuid: -1 is EPERM', says('setuid', 'EINVAL', 'EPERM')],
  ['prctl: a bad address is EINVAL', says('prctl', 'EFAULT', 'EINVAL')],
  ['clone3: a taken number is EBUSY, shown as EAGAIN', says('clone3', 'EEXIST', 'EAGAIN')],
  ['clone3: a number out of range is ERANGE', says('clone3', 'EINVAL', 'ERANGE')],
  ['clone: bad flags are EPERM', says('clone', 'EINVAL', 'EPERM')],
  ['setresuid: a stranger is EINVAL', says('setresuid', 'EPERM', 'EINVAL')],
  ['setregid: a stranger is let in', says0('setregid', 'EPERM')],
  ['setresgid: an id that is none is EPERM', says('setresgid', 'EINVAL', 'EPERM')],
  ['geteuid: is the real one', otherwise('geteuid', (r) => (r === 1000 ? 0 : r))],
  ['getresuid: a bad address is EINVAL', says('getresuid', 'EFAULT', 'EINVAL')],
  ['capset: more than is permitted is EINVAL', says('capset', 'EPERM', 'EINVAL')],
  ['capset: a version that is none is EFAULT', says('capset', 'EINVAL', 'EFAULT')],
  ['capget: nobody there is EINVAL', says('capget', 'ESRCH', 'EINVAL')],
  ['unshare: without privilege is EINVAL', says('unshare', 'EPERM', 'EINVAL')],
  ['unshare: what is shared is let be', says0('unshare', 'EINVAL')],
  ['fork: without an init is EAGAIN', says('fork', 'ENOMEM', 'EAGAIN')],
  ['clone3: what is not known is EINVAL', says('clone3', 'E2BIG', 'EINVAL')],
  ['clone3: the first structure is refused', otherwise('clone3', refusesFirst)],
  ['clone3: a bad address is EINVAL', says('clone3', 'EFAULT', 'EINVAL')],
  ['timer_create: a taken id is EEXIST', says('timer_create', 'EBUSY', 'EEXIST')],
  ['timer_create: a clock without timers is EINVAL', says('timer_create', 'EOPNOTSUPP', 'EINVAL')],
  ['timer_delete: nothing there is ESRCH', says('timer_delete', 'EINVAL', 'ESRCH')],
  [
    'prctl: other arguments are let be',
    otherwise('prctl', (r, [n]) => (n === 77 && r < 0 ? 0 : r)),
  ],
  ['prctl: the mode is off', otherwise('prctl', (r) => (r === 1 ? 0 : r))],
  ['kill: nobody there is EPERM', says('kill', 'ESRCH', 'EPERM')],
  ['kill: a signal that is none is ESRCH', says('kill', 'EINVAL', 'ESRCH')],
  ['kill: a stranger is let be killed', says0('kill', 'EPERM')],
  ['tgkill: a thread of another group is EINVAL', says('tgkill', 'ESRCH', 'EINVAL')],
  ['rt_sigaction: SIGKILL may be handled', says0('rt_sigaction', 'EINVAL')],
  ['rt_sigaction: a bad address is EINVAL', says('rt_sigaction', 'EFAULT', 'EINVAL')],
  ['rt_sigprocmask: no such way is EFAULT', says('rt_sigprocmask', 'EINVAL', 'EFAULT')],
  [
    'pause: is made again after a handler',
    otherwise('pause', (r) => (r === ERESTARTNOHAND ? ERESTARTNOINTR : r)),
  ],
  [
    'msgrcv: is made again where SA_RESTART asks for it',
    otherwise('msgrcv', (r) => (r === ERESTARTNOHAND ? ERESTARTSYS : r)),
  ],
  [
    'wait4: is never made again',
    otherwise('wait4', (r) => (r === ERESTARTSYS ? ERESTARTNOHAND : r)),
  ],
  [
    'semop: is made again where SA_RESTART asks for it',
    otherwise('semop', (r) => (r === fail('EINTR') ? ERESTARTSYS : r)),
  ],
  ...STATE_MUTANTS,
  ['execve: a path that leads nowhere is EACCES', says('execve', 'ENOENT', 'EACCES')],
  ['execve: a bad address is ENOENT', says('execve', 'EFAULT', 'ENOENT')],
  ...EXEC_MUTANTS,
  ['open: a file that may not be written is EPERM', says('open', 'EACCES', 'EPERM')],
  ['write: a hint by a task without privilege is EACCES', says('write', 'EPERM', 'EACCES')],
  ['write: what is no number is ERANGE', says('write', 'EINVAL', 'ERANGE')],
  [
    'write: two numbers are taken as a whole',
    otherwise('write', (r, [, , n]) => (r === 3 ? (n ?? 0) : r)),
  ],
  ['read: a descriptor for writing is EINVAL', says('read', 'EBADF', 'EINVAL')],
  ['lseek: no such whence is ESRCH', says('lseek', 'EINVAL', 'ESRCH')],
  ['close: what is not open is closed', otherwise('close', () => 0)],
  ...FILE_MUTANTS,
  ['openat: what is not open is not there', says('openat', 'EBADF', 'ENOENT')],
  ['openat: a file has nothing in it', says('openat', 'ENOTDIR', 'ENOENT')],
  ['openat: the directory of a dead process is empty', says('openat', 'ESRCH', 'ENOENT')],
  ['open: a directory for writing is EACCES', says('open', 'EISDIR', 'EACCES')],
  ['read: a directory is EINVAL', says('read', 'EISDIR', 'EINVAL')],
  ...DIRECTORY_MUTANTS,
  ['dup: what is not open is EINVAL', says('dup', 'EBADF', 'EINVAL')],
  [
    'dup2: onto itself is EINVAL, as in dup3',
    otherwise('dup2', (r, [fd, to]) => (fd === to && r >= 0 ? fail('EINVAL') : r)),
  ],
  ['pidfd_open: nobody there is EINVAL', says('pidfd_open', 'ESRCH', 'EINVAL')],
  ['pidfd_open: a thread is not there', says('pidfd_open', 'ENOENT', 'ESRCH')],
  ['pidfd_getfd: a stranger is not there', says('pidfd_getfd', 'EPERM', 'ESRCH')],
  ['pidfd_getfd: the dead have no descriptors', says('pidfd_getfd', 'ESRCH', 'EBADF')],
  ['setns: a namespace that is not below is EPERM', says('setns', 'EINVAL', 'EPERM')],
  ['setns: what is not open is EINVAL', says('setns', 'EBADF', 'EINVAL')],
  ['flock: locked by another is EBUSY', says('flock', 'EAGAIN', 'EBUSY')],
  ['flock: no such operation is EBADF', says('flock', 'EINVAL', 'EBADF')],
  [
    'flock: is made again whatever the handler asks for',
    otherwise('flock', (r) => (r === ERESTARTSYS ? ERESTARTNOINTR : r)),
  ],
  ['seccomp: without privilege is EPERM', says('seccomp', 'EACCES', 'EPERM')],
  ['seccomp: a bad address is EINVAL', says('seccomp', 'EFAULT', 'EINVAL')],
  ['read: a pidfd has nothing to read', otherwise('read', (r) => (r === fail('EINVAL') ? 0 : r))],
  ['lseek: a pidfd is at its beginning', says0('lseek', 'ESPIPE')],
  ['open: a namespace may be written', otherwise('open', (r) => (r === fail('EPERM') ? 0 : r))],
  ...DESCRIPTOR_MUTANTS,
];

describe.skipIf(noHost !== null)('a model with one wrong rule', () => {
  it.each(MUTANTS)('is found: %s', (_, half) => {
    expect(difference(half)).not.toBeNull();
  });
});
