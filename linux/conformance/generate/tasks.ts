// SPDX-License-Identifier: MIT
/** Tasks: made, waited for, ended, grouped, named. */
import { PR_SET_NAME, WALL, WCLONE, WNOHANG } from '../../../core/kernel/flags.ts';
import type { Arg, ScriptCall } from '../script.ts';
import type { Builder, Kind, Made } from './builder.ts';
import { clone3 } from './clone3.ts';
import { CLONE_FLAGS, isSound, SOUND_FLAGS } from './flags.ts';

export const PIDS = [0, 0, 0, 1, 2, 3, 4, 5, -1, 99];
const WAITED = [-1, -1, -1, -1, -1, 0, 0, 2, -2, 99];
const WAIT_OPTIONS = [WALL, WALL | WNOHANG, WCLONE, WCLONE | WNOHANG, 64];
const CODES = [0, 1, 255, 256 + 7];
/** prctl() has none of this number. */
const NO_OPTION = 9999;
const NAMES = ['name', '', 'a name that is longer than fifteen bytes'];

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

/**
 * An init that joins a group of its own namespace can never exit: zap_pid_ns_processes() waits for
 * a number that the init itself holds. Linux 6.18 hangs for good; that is not to be tried. Whoever
 * may be an init, for all that is known here, therefore keeps to its own group.
 */
function joinGroup(b: Builder): Made {
  if (b.isInit) return ['setpgid', [0, 0]];
  b.joins();
  return ['setpgid', [0, someone(b)]];
}

/** Two processes that can not be inits, one in the other's group, or too late for it. */
function siblingsInGroup(b: Builder): Made | undefined {
  if (!b.hasRoomFor(2) || b.mayMakeInit(0) || !b.once(4)) return undefined;
  const pid = { result: b.steps.length };
  const leader = b.clones(0);
  b.also(b.once(2) ? ['setsid', []] : ['setpgid', [0, 0]], leader);
  const member = b.clones(0);
  b.also(['setpgid', [0, pid]], member);
  b.joins();
  return ['setpgid', [pid, 0]];
}

/** Mostly a task that the caller's namespace has; oneself is 0. */
const someone = (b: Builder): Arg => (b.once(2) ? undefined : b.known('task')) ?? b.of(PIDS);

function wait4(b: Builder): Made | undefined {
  if (!b.isParent && !b.once(6)) return undefined;
  const options = b.once(4) ? b.of(WAIT_OPTIONS) : b.of([WNOHANG, 0]);
  const pid = b.once(6) ? someone(b) : b.of(WAITED);
  const address = b.once(3) ? 0 : b.address();
  return waitsFor(b, pid, address, options);
}

export const waitsFor = (b: Builder, pid: Arg, address: Arg, options: Arg = 0): Made => [
  'wait4',
  [pid, address, options, 0],
  { loads: [{ name: 'status', offset: b.memory, bytes: 4, as: 'number' }] },
];

/** Seldom by an init, which takes everybody along, unless the script is nearly over. */
function exits(call: 'exit' | 'exit_group'): Kind {
  return (b) => {
    if (b.mayLinger) return undefined;
    const isTooSoon = b.isInit && !b.isLate;
    if (isTooSoon && (b.isOfFirst || !b.once(4))) return undefined;
    b.dies();
    return [call, [b.of(CODES)]];
  };
}

export const FORKS: readonly Kind[] = [fork, clone(SOUND_FLAGS)];
export const WAITS: readonly Kind[] = [wait4, exits('exit_group')];

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
  (b) => ['getsid', [someone(b)]],
  (b) => ['getpgid', [someone(b)]],
  (b) => ['setpgid', [someone(b), 0]],
  joinGroup,
  joinGroup,
  siblingsInGroup,
  (b) => [
    'prctl',
    [b.once(15) ? NO_OPTION : PR_SET_NAME, b.address()],
    { stores: [{ offset: b.memory, text: b.of(NAMES) }] },
  ],
];
