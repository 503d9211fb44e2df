// SPDX-License-Identifier: MIT
/** Tasks: made, waited for, ended, grouped, named. */
import {
  CLONE_A_THREAD,
  CLONE_FILES,
  CLONE_NEWIPC,
  CLONE_NEWPID,
  CLONE_PARENT,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VM,
  PR_SET_NAME,
  WNOHANG,
} from '../../../core/kernel/flags.ts';
import type { Arg, ScriptCall, Store } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';

const PIDS = [0, 1, 2, 3, 4, 5, 6, -1, 99];
const WAITED = [-1, 0, 2, 3, 4, 5, -2, -3, 99];
const WANTED = [5, 2, 1, 3, 9, 40, 300, 0, -1];
const SOUND_FLAGS = [
  0,
  CLONE_FILES,
  CLONE_A_THREAD,
  CLONE_NEWPID,
  CLONE_NEWIPC,
  CLONE_NEWPID | CLONE_NEWIPC,
];
const CLONE_FLAGS = [
  ...[0, CLONE_NEWPID, CLONE_A_THREAD, CLONE_PARENT, CLONE_NEWIPC, CLONE_A_THREAD],
  ...[CLONE_NEWPID | CLONE_NEWIPC, CLONE_A_THREAD | CLONE_NEWPID, CLONE_SIGHAND],
  ...[CLONE_VM | CLONE_THREAD, CLONE_NEWPID | CLONE_PARENT, CLONE_FILES],
];
const CODES = [0, 1, 255, 256 + 7];
const NAMES = ['name', '', 'a name that is longer than fifteen bytes'];

const isSound = (flags: number): boolean => SOUND_FLAGS.includes(flags);

const plain =
  (call: ScriptCall): Kind =>
  () => [call, []];

function fork(b: Builder): Made | undefined {
  return b.isFull ? undefined : ['fork', [], { child: b.child(0).child }];
}

const clone =
  (choice: readonly number[]) =>
  (b: Builder): Made | undefined => {
    if (b.isFull) return undefined;
    const flags = b.of(choice);
    const { child } = b.child(flags);
    if (!isSound(flags)) b.doubts();
    return ['clone', [flags], { child }];
  };

function clone3(b: Builder): Made | undefined {
  if (b.isFull) return undefined;
  const flags = b.once(3) ? b.of(CLONE_FLAGS) : 0;
  const { child, depth } = b.child(flags);
  // Numbers in namespaces around the script's own are not its to choose.
  const wanted = Array.from({ length: b.once(3) ? depth : 1 }, () => b.of(WANTED));
  if ((flags & CLONE_NEWPID) !== 0 && !b.once(4)) wanted[0] = 1;
  const stores = wanted.map((value, n): Store => ({ offset: b.memory + 4 * n, bytes: 4, value }));
  const size = b.once(9) ? ([0, 33, -1][wanted.length % 3] ?? 0) : wanted.length;
  const address: Arg = b.once(12) ? 0 : b.address();
  if (!isSound(flags) || wanted.some((number) => number < 2)) b.doubts();
  return ['clone3', [flags, address, size], { child, stores }];
}

/**
 * An init that joins a group of its own namespace can never exit: zap_pid_ns_processes() waits for
 * a number that the init itself holds. Linux 6.18 hangs for good; that is not to be tried.
 */
function joinGroup(b: Builder): Made {
  return ['setpgid', [0, b.isInit ? 0 : b.of(PIDS)]];
}

function wait4(b: Builder): Made {
  const options = b.once(5) ? b.of([64, WNOHANG]) : b.of([WNOHANG, 0]);
  const pid = b.of(WAITED);
  const address = b.once(3) ? 0 : b.address();
  return [
    'wait4',
    [pid, address, options, 0],
    { loads: [{ name: 'status', offset: b.memory, bytes: 4, as: 'number' }] },
  ];
}

/** Not by an init, which takes everybody along, unless the script is nearly over. */
function exits(call: 'exit' | 'exit_group'): Kind {
  return (b) => {
    if (b.isInit && !b.isLate) return undefined;
    b.dies();
    return [call, [b.of(CODES)]];
  };
}

export const FORKS: readonly Kind[] = [fork, clone(SOUND_FLAGS)];

export const TASKS: readonly Kind[] = [
  fork,
  fork,
  clone(CLONE_FLAGS),
  clone3,
  clone3,
  wait4,
  wait4,
  exits('exit_group'),
  exits('exit'),
  plain('getpid'),
  plain('gettid'),
  plain('getppid'),
  plain('setsid'),
  (b) => ['getsid', [b.of(PIDS)]],
  (b) => ['getpgid', [b.of(PIDS)]],
  (b) => ['setpgid', [b.of(PIDS), 0]],
  joinGroup,
  joinGroup,
  (b) => [
    'prctl',
    [PR_SET_NAME, b.address()],
    { stores: [{ offset: b.memory, text: b.of(NAMES) }] },
  ],
];
