// SPDX-License-Identifier: MIT
/** New images: of a task, a thread, a handler, somebody who is not root; and what they still have. */
import {
  CAPABILITY_VERSION_3,
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_VM,
  EXECUTABLE,
  O_CLOEXEC,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  PR_SET_NO_NEW_PRIVS,
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
  SA_NOCLDWAIT,
  SEEK_SET,
  SETUID_EXECUTABLE,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_UNBLOCK,
  SIGCHLD,
  SIGURG,
  SIGUSR1,
  SIGUSR2,
  WALL,
} from '../../../core/kernel/flags.ts';
import type { Arg, Step, Store } from '../script.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';
import { cloneWith } from './clone3.ts';
import { bit, masks, sigaction } from './signals.ts';
import { waitsFor } from './tasks.ts';

export const PATHS = [EXECUTABLE, EXECUTABLE, SETUID_EXECUTABLE, `/${EXECUTABLE}`];
const ODD_PATHS = ['/bin/none', '', '/bin/agent-set', 'agent', '/none/agent'];
const COMM = '/proc/thread-self/comm';

const next = (b: Builder): Arg => ({ result: b.steps.length });

export function execve(b: Builder, path: string, by?: number): Made {
  b.execs(by);
  return ['execve', [{ memory: b.memory }, path.length], { stores: pathAt(b, path) }];
}

/** A text that ends, also where a longer one was. */
const pathAt = (b: Builder, path: string) => [{ offset: b.memory, text: `${path}\0` }];

const anyExec: Kind = (b) => (b.isHandler ? undefined : execve(b, b.of(PATHS)));

/** Paths that lead nowhere, or are none. */
function failing(b: Builder): Made {
  const path = b.of(ODD_PATHS);
  const address = b.once(4) ? BAD_ADDRESS : { memory: b.memory };
  return ['execve', [address, path.length], { stores: pathAt(b, path) }];
}

/** A child, perhaps not to be there for long. */
function victim(b: Builder, flags = 0): { readonly child: number; readonly pid: Arg } {
  const pid = next(b);
  const child = b.clones(flags);
  b.doubts(child);
  return { child, pid };
}

function opens(b: Builder, by: number, flags: number): Arg {
  const args = [{ memory: b.memory }, COMM.length, flags];
  return b.also(['open', args, { stores: pathAt(b, COMM) }], by);
}

/** By any thread, of which there are several: what is left is one with the number of the first. */
function threaded(b: Builder): Made {
  const { child, pid } = victim(b);
  const threads = [1, 2].map(() => b.clones(CLONE_A_THREAD, child));
  for (const thread of threads) b.doubts(thread);
  const [first = child, second = child] = threads;
  const who = b.of([first, child, second]);
  const fds = [child, first].map((by) => opens(b, by, O_RDWR));
  if (b.once(2)) b.also(['fork', [], { child: b.child(0).child }], b.of([child, first]));
  b.doubts();
  // A leader that is gone is a zombie still.
  if (b.once(3) && who !== child) b.also(['exit', [0]], child);
  b.also(execve(b, b.of(PATHS), who), who);
  for (const by of [child, first, second]) b.also(['gettid', []], by);
  const room = { memory: b.memory };
  for (const fd of fds) {
    b.also(['lseek', [fd, 0, SEEK_SET]], who);
    const loads = [{ name: 'text', offset: b.memory, bytes: 16, as: 'text' } as const];
    const stores = [{ offset: b.memory, text: '\0'.repeat(16) }];
    b.also(['read', [fd, room, 16], { loads, stores }], who);
  }
  b.also(['wait4', [-1, 0, WALL, 0]], who);
  b.also(['setpgid', [pid, 0]]);
  return ['kill', [pid, 0]];
}

/** Few of those that it has. */
function someCapabilities(b: Builder): readonly [Arg[], Partial<Step>] {
  const words = [CAPABILITY_VERSION_3, 0, 1, 7, 0, 0, 0, 0];
  const stores = words.map((value, n): Store => ({ offset: b.memory + 4 * n, bytes: 4, value }));
  return [[{ memory: b.memory }, { memory: b.memory + 8 }], { stores }];
}

/** Who it is afterwards, and whether its own files are its own. */
function users(b: Builder): Made {
  const { child, pid } = victim(b);
  b.also(['setresuid', [b.of([1000, 0, -1]), b.of([1000, 0, -1]), b.of([1000, 0])]], child);
  if (b.once(3)) b.also(['setresgid', [-1, b.of([1000, 0]), -1]], child);
  opens(b, child, O_WRONLY);
  if (b.once(3)) b.also(['prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]], child);
  if (b.once(3)) b.also(['capset', ...someCapabilities(b)], child);
  b.also(execve(b, b.of(PATHS), child), child);
  const group = '/proc/self/comm';
  for (const call of ['getuid', 'geteuid', 'getegid'] as const) b.also([call, []], child);
  const args = [{ memory: b.memory }, group.length, O_WRONLY];
  b.also(['open', args, { stores: pathAt(b, group) }], child);
  // May another that is not root send it a signal?
  const { child: other } = victim(b);
  b.also(['setuid', [1000]], other);
  return ['kill', [pid, 0]];
}

/** Handled, ignored, and as it was, with flags; blocked and pending, one of each. */
function signals(b: Builder): Made {
  const { child, pid } = victim(b);
  const handler = b.handler(SIGUSR1);
  if (handler === undefined) throw new Error('a scene has more handlers than it made sure of');
  const flags = b.of([0, SA_NOCLDWAIT]);
  b.also(sigaction(b, SIGUSR1, { child: handler, mask: bit(SIGUSR2) }), child);
  b.also(sigaction(b, SIGUSR2, { handler: SIG_IGN, mask: bit(SIGURG), flags }), child);
  b.also(sigaction(b, SIGCHLD, { handler: SIG_DFL, flags }), child);
  b.also(masks(b, SIG_BLOCK, bit(SIGUSR1) | bit(SIGURG)), child);
  for (const signal of [SIGUSR1, SIGURG]) b.also(['kill', [pid, signal]]);
  if (b.once(2)) b.also(['tgkill', [pid, pid, SIGUSR1]]);
  b.also(execve(b, EXECUTABLE, child), child);
  for (const signal of [SIGUSR1, SIGUSR2, SIGCHLD]) b.also(asks(b, signal), child);
  const { child: grandchild } = b.child(0);
  b.doubts(grandchild);
  b.also(['fork', [], { child: grandchild }], child);
  b.also(['exit', [0]], grandchild);
  b.also(waitsFor(b, -1, { memory: b.memory }), child);
  b.also(masks(b, SIG_UNBLOCK, b.of([bit(SIGUSR1), bit(SIGURG)])), child);
  return ['kill', [pid, 0]];
}

/** What rt_sigaction has of a signal. */
function asks(b: Builder, signal: number): Made {
  const loads = ['handler', 'flags', 'restorer', 'mask'].flatMap((name, n) =>
    name === 'restorer'
      ? []
      : [
          {
            name,
            offset: b.memory + 8 * n,
            bytes: 8,
            as: name === 'handler' ? ('handler' as const) : ('number' as const),
          },
        ],
  );
  return ['rt_sigaction', [signal, 0, { memory: b.memory }, 8], { loads }];
}

/** From within a handler, whose signal stays blocked, out of whatever it interrupted. */
function handled(b: Builder): Made {
  const { child, pid } = victim(b);
  const handler = b.handler(SIGUSR1);
  if (handler === undefined) throw new Error('a scene has more handlers than it made sure of');
  b.also(sigaction(b, SIGUSR1, { child: handler }), child);
  if (b.once(2)) b.also(['pause', []], child);
  b.also(['kill', [pid, SIGUSR1]]);
  b.also(execve(b, b.of(PATHS), child), handler);
  b.also(['gettid', []], handler);
  b.also(['gettid', []], child);
  b.also(['kill', [pid, SIGUSR1]]);
  return ['kill', [pid, 0]];
}

/** Descriptors that close, in a table that others keep. */
function descriptors(b: Builder): Made {
  const { child, pid } = victim(b, b.of([CLONE_FILES, 0]));
  const fds = [O_CLOEXEC, 0, O_CLOEXEC].map((flag) => opens(b, child, O_RDONLY | flag));
  if (b.once(2)) b.also(['close', [b.of(fds)]], child);
  const heir = b.clones(0, child);
  b.doubts(heir);
  b.also(execve(b, EXECUTABLE, child), child);
  if (b.once(2)) b.also(execve(b, EXECUTABLE, heir), heir);
  const all = [child, heir];
  for (const fd of fds) for (const by of all) b.also(['lseek', [fd, 0, SEEK_SET]], by);
  for (const fd of fds) b.also(['lseek', [fd, 0, SEEK_SET]]);
  opens(b, child, O_RDONLY);
  return ['kill', [pid, 0]];
}

/** Timers go, the mode goes, and numbers go on. */
function timers(b: Builder): Made {
  const { child, pid } = victim(b);
  const mode = (control: number): Made => [
    'prctl',
    [PR_TIMER_CREATE_RESTORE_IDS, control, 0, 0, 0],
  ];
  const id = { offset: b.memory, bytes: 4 } as const;
  const create = (value: number): Made => [
    'timer_create',
    [1, 0, { memory: b.memory }],
    { stores: [{ ...id, value }], loads: [{ ...id, name: 'id', as: 'number' }] },
  ];
  if (b.once(2)) b.also(mode(PR_TIMER_CREATE_RESTORE_IDS_ON), child);
  for (const wanted of [5, 2]) b.also(create(wanted), child);
  b.also(execve(b, EXECUTABLE, child), child);
  b.also(mode(PR_TIMER_CREATE_RESTORE_IDS_GET), child);
  b.also(['timer_delete', [b.of([2, 0, 5])]], child);
  b.also(create(2), child);
  return ['kill', [pid, 0]];
}

/** Memory of one's own, or of somebody who goes on in it, and perhaps in the signal table. */
function shared(b: Builder): Made {
  const { child, pid } = victim(
    b,
    b.of([0, CLONE_VM, CLONE_VM | CLONE_SIGHAND, CLONE_VM | CLONE_FILES]),
  );
  b.also(sigaction(b, SIGUSR2, { handler: SIG_IGN }), child);
  b.makes('shm');
  const id = b.also(['shmget', [0, 4096, 0o600]], child);
  const address = b.also(['shmat', [id, 0]], child);
  b.also(execve(b, b.of(PATHS), child), child);
  b.also(sigaction(b, SIGUSR2, { handler: SIG_DFL }), child);
  b.also(asks(b, SIGUSR2));
  b.also(['shmdt', [address]], child);
  return ['kill', [pid, 0]];
}

/** A child that is waited for, and tells of its end, in a way of its own: until either execs. */
function exitSignals(b: Builder): Made {
  const { child: parent, pid } = victim(b);
  b.also(masks(b, SIG_BLOCK, bit(SIGUSR2) | bit(SIGCHLD)), parent);
  const { child } = b.child(0);
  b.doubts(child);
  const made = next(b);
  b.also(cloneWith(b, child, { exit_signal: { value: b.of([SIGUSR2, 0]) } }), parent);
  for (const who of b.of([[parent], [child], [], [parent, child]])) {
    b.also(execve(b, EXECUTABLE, who), who);
  }
  if (b.once(2)) b.also(['setpgid', [made, 0]], parent);
  b.also(['exit', [0]], child);
  b.also(['wait4', [-1, 0, b.of([0, WALL]), 0]], parent);
  return ['kill', [pid, 0]];
}

const seldom =
  (tasks: number, kind: Kind): Kind =>
  (b) =>
    b.hasRoomFor(tasks) && b.once(3) ? kind(b) : undefined;

export const EXECS: readonly Kind[] = [
  anyExec,
  failing,
  seldom(4, threaded),
  seldom(2, users),
  seldom(3, signals),
  seldom(2, handled),
  seldom(2, descriptors),
  seldom(1, timers),
  seldom(1, shared),
  seldom(2, exitSignals),
];
