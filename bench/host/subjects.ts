// SPDX-License-Identifier: MIT
/**
 * What is timed on a stock kernel: calls that mainline has, by themselves and as its relatives of the
 * designs direct them. Each is a program; nothing here knows which kernel answers.
 *
 * Ids are held equal, as an id alone may cost more than an interface does: what is directed asks for
 * the ids that plain calls would be given, two by two in the other order. So each asks for one that it
 * would not have had, and leaves as dense a table behind.
 */
import {
  CLOCK_MONOTONIC,
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_VM,
  IPC_CREAT,
  IPC_PRIVATE,
  O_DIRECTORY,
  O_WRONLY,
  PR_SET_NAME,
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
  SIGCHLD,
} from '../../core/kernel/flags.ts';
import { CLONE_ARGS, putStruct, putText } from '../../core/kernel/memory.ts';
import { A_TIMER, CHILD, type Direct, directBy, plainly } from '../../core/kernel/scenario.ts';
import type { CallerHalf, KernelHalf } from '../../core/kernel/strategy.ts';
import { type Caller, type Program, type Programs, sys } from '../../core/kernel/syscall.ts';
import { openFile, writeText } from '../../strategies/fields/task-file.ts';
import { clone3 } from '../../strategies/relatives/clone3.ts';
import { createAndDelete } from '../../strategies/relatives/create-and-delete.ts';
import { nextId } from '../../strategies/relatives/next-id.ts';
import { nsLastPid } from '../../strategies/relatives/ns-last-pid.ts';
import { nsLastPidLocked } from '../../strategies/relatives/ns-last-pid-locked.ts';
import { timerIds } from '../../strategies/relatives/timer-ids.ts';
import { wantOf } from '../subjects.ts';

export interface HostSubject {
  /** Unique; a row's name. */
  readonly name: string;
  /** What one operation is, for the legend. */
  readonly does: string;
  /** Operations of a lap: more of what is short, so that reading the clock is little beside it. */
  readonly perLap: number;
  /** What the kernel must have beyond mainline; nothing, if it is left out. */
  readonly half?: KernelHalf;
  /** Once, before the first operation. Its result is handed to each. */
  prepare?(me: Caller): Program;
  /** The nth operation, from 0. */
  operate(me: Caller, n: number, prepared: number): Program;
}

/** A task that shares memory: no page tables are copied, so that what is left is the task itself. */
const SHARED = CLONE_VM | CLONE_FILES | CLONE_SIGHAND;
const A_TASK = sys('clone', SHARED, CHILD);
const QUEUE = sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
const NAME = 'sideband';
const SELF = '/proc/thread-self';
const COMM = `${SELF}/comm`;
/** The init's own number, and a timer's that is there. */
const TAKEN_PID = 1;
const TAKEN_TIMER = 0;
/** The first number that an init's child is given. */
export const FIRST_PID = 2;
/** Which of the tries comes out right. */
const TRIES = 6;

export const PROGRAMS: Programs = {
  *[CHILD]() {
    return yield sys('exit_group', 0);
  },
};

/** The id that is asked for where a plain call would be given `n`. */
export const swapped = (n: number): number => n ^ 1;

/** Another caller half than a strategy's own. */
function variant(
  {
    name,
    variants,
  }: { readonly name: string; readonly variants?: Readonly<Record<string, CallerHalf>> },
  which: string,
): CallerHalf {
  const half = variants?.[which];
  if (half === undefined) throw new Error(`${name} has no variant ${which}`);
  return half;
}

/** The task that a call made, until it is reaped; a call that made none says why. */
export function* life(made: Program): Program {
  const pid = yield* made;
  return pid < 0 ? pid : yield sys('wait4', pid, 0, 0);
}

const named = (name: string, does: string, perLap: number) => ({ name, does, perLap });

const queues = (name: string, does: string, half: CallerHalf): HostSubject => {
  const direct = directBy(half);
  return {
    ...named(name, does, 16),
    operate: (me, n) => direct(me, wantOf('msg', swapped(n)), QUEUE),
  };
};

const timers = (name: string, does: string, half: CallerHalf): HostSubject => {
  const direct = directBy(half);
  return {
    ...named(name, does, 16),
    operate: (me, n) => direct(me, wantOf('timer', swapped(n)), A_TIMER.call),
  };
};

const tasks = (name: string, does: string, half: CallerHalf): HostSubject => {
  const direct = directBy(half);
  return {
    ...named(name, does, 4),
    operate: (me, n) => life(direct(me, wantOf('pid', FIRST_PID + swapped(n)), A_TASK)),
  };
};

/** clone3 as it is without set_tid. */
function* plainClone3({ memory }: Caller): Program {
  const args = putStruct(memory, CLONE_ARGS, { flags: SHARED, exit_signal: SIGCHLD });
  return yield sys('clone3', CHILD, args, CLONE_ARGS.bytes);
}

const byClone3: Direct = directBy(clone3.caller);
const byTries: Direct = directBy(createAndDelete.caller);

export const UNIT = 'null call';

export const SUBJECTS: readonly HostSubject[] = [
  {
    ...named(UNIT, 'getppid()', 64),
    *operate() {
      return yield sys('getppid');
    },
  },
  {
    ...named('name, prctl', 'prctl(PR_SET_NAME)', 64),
    prepare: function* ({ memory }) {
      return putText(memory, NAME);
    },
    *operate(_me, _n, name) {
      return yield sys('prctl', PR_SET_NAME, name);
    },
  },
  {
    ...named('name, comm kept', 'write to comm, by a kept descriptor', 32),
    prepare: function* (me) {
      return yield openFile(me, COMM);
    },
    *operate(me, _n, fd) {
      return yield writeText(me, fd, NAME);
    },
  },
  {
    ...named('name, comm', 'open comm, write, close', 16),
    *operate(me) {
      const fd = yield openFile(me, COMM);
      if (fd < 0) return fd;
      const written = yield writeText(me, fd, NAME);
      yield sys('close', fd);
      return written;
    },
  },
  {
    ...named('name, comm openat', 'openat of comm, by a kept directory, write, close', 16),
    *prepare({ memory }) {
      return yield sys('open', putText(memory, SELF), SELF.length, O_DIRECTORY);
    },
    *operate(me, _n, directory) {
      const path = putText(me.memory, 'comm');
      const fd = yield sys('openat', directory, path, 'comm'.length, O_WRONLY);
      if (fd < 0) return fd;
      const written = yield writeText(me, fd, NAME);
      yield sys('close', fd);
      return written;
    },
  },
  {
    ...named('msgget', 'msgget of a new queue', 16),
    operate: (me) => plainly(me, QUEUE),
  },
  queues('msgget, kept', 'next_id by a kept descriptor, msgget', variant(nextId, 'kept')),
  queues('msgget, openat', 'next_id by a kept directory, msgget', variant(nextId, 'openat')),
  queues('msgget, next_id', 'next_id: open, write, close, msgget', nextId.caller),
  {
    ...named('msgget, tries', `create and delete until the ${TRIES}th is right`, 1),
    operate: (me, n) => byTries(me, wantOf('msg', TRIES * (n + 1) - 1), QUEUE),
  },
  {
    ...named('timer', 'timer_create', 16),
    operate: (me) => plainly(me, A_TIMER.call),
  },
  timers('timer, mode on', 'timer_create, in the mode', variant(timerIds, 'kept')),
  timers('timer, prctls', 'prctl on, timer_create, prctl off', timerIds.caller),
  {
    ...named('timer, refused', 'timer_create, in the mode, of a taken id', 16),
    *prepare(me) {
      const made = yield* plainly(me, A_TIMER.call);
      if (made < 0) return made;
      return yield sys('prctl', PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_ON);
    },
    *operate({ memory }) {
      const id = memory.allocate(4);
      memory.store(id, TAKEN_TIMER);
      return yield sys('timer_create', CLOCK_MONOTONIC, 0, id);
    },
  },
  {
    ...named('task, clone', 'clone sharing memory, its exit, wait4', 4),
    operate: (me) => life(plainly(me, A_TASK)),
  },
  {
    ...named('task, clone3', 'the same by clone3', 4),
    operate: (me) => life(plainClone3(me)),
  },
  tasks('task, set_tid', 'the same by clone3 with set_tid', clone3.caller),
  tasks('task, kept', 'ns_last_pid by a kept descriptor, clone ...', variant(nsLastPid, 'kept')),
  tasks('task, ns_last_pid', 'ns_last_pid: open, write, close, clone ...', nsLastPid.caller),
  tasks('task, locked', 'the same with the file locked by flock', nsLastPidLocked.caller),
  {
    ...named('task, refused', 'clone3 with set_tid of a taken pid', 4),
    operate: (me) => byClone3(me, wantOf('pid', TAKEN_PID), A_TASK),
  },
  {
    ...named('fork', 'fork, its exit, wait4', 1),
    operate: (me) => life(plainly(me, sys('fork', CHILD))),
  },
  {
    ...named('fork, set_tid', 'clone3 as fork with set_tid, exit, wait4', 1),
    operate: (me, n) =>
      life(byClone3(me, wantOf('pid', FIRST_PID + swapped(n)), sys('fork', CHILD))),
  },
];

/** Two that differ in one thing. */
export interface Experiment {
  /** What it is about, and which of the designs' questions it answers. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export const EXPERIMENTS: readonly Experiment[] = [
  { name: 'a file for a call', from: 'name, prctl', to: 'name, comm' },
  { name: 'a kept descriptor for a call', from: 'name, prctl', to: 'name, comm kept' },
  { name: 'open and close each time', from: 'name, comm kept', to: 'name, comm' },
  { name: 'openat for open', from: 'name, comm', to: 'name, comm openat' },
  { name: 'a hint, kept descriptor', from: 'msgget', to: 'msgget, kept' },
  { name: 'a hint, kept directory', from: 'msgget', to: 'msgget, openat' },
  { name: 'a hint, open-write-close', from: 'msgget', to: 'msgget, next_id' },
  { name: 'no support: tries', from: 'msgget', to: 'msgget, tries' },
  { name: 'a mode, left on', from: 'timer', to: 'timer, mode on' },
  { name: 'a mode, on and off', from: 'timer', to: 'timer, prctls' },
  { name: 'a taken id, refused', from: 'timer, mode on', to: 'timer, refused' },
  { name: 'clone3 for clone', from: 'task, clone', to: 'task, clone3' },
  { name: 'set_tid', from: 'task, clone3', to: 'task, set_tid' },
  { name: 'a hint, kept descriptor', from: 'task, clone', to: 'task, kept' },
  { name: 'a hint, open-write-close', from: 'task, clone', to: 'task, ns_last_pid' },
  { name: 'its lock', from: 'task, ns_last_pid', to: 'task, locked' },
  { name: 'a taken pid, refused', from: 'task, set_tid', to: 'task, refused' },
  { name: 'set_tid', from: 'fork', to: 'fork, set_tid' },
];
