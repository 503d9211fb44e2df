// SPDX-License-Identifier: MIT
/** Subjects as tapes, with what of them is counted. */
import { CLONE_NEWPID } from '../../core/kernel/flags.ts';
import type { Caller, Program, Programs } from '../../core/kernel/syscall.ts';
import { sys } from '../../core/kernel/syscall.ts';
import { recordAsInit } from '../../linux/tape/as-init.ts';
import type { Play } from '../../linux/tape/play.ts';
import type { Tape, TapeCall } from '../../linux/tape/tape.ts';
import { movedBy } from '../host/recorded.ts';
import { type CallSubject, PROGRAMS } from './subjects.ts';

/**
 * Of each subject; the first is shown apart, as it is cold. So many that the ids which they ask for are
 * of two digits, and below 64, where an IDR gets another level.
 */
export const OPERATIONS = 50;

export interface RecordedPlay extends Play {
  /** Of each operation, its laps, by what each is of. */
  readonly operations: readonly (readonly CallLap[])[];
}

/** A lap of one call. */
export interface CallLap {
  readonly lap: number;
  readonly call: string;
}

export interface Recorded {
  readonly tapes: readonly Tape[];
  readonly plays: ReadonlyMap<string, RecordedPlay>;
}

/** @throws NotATape for a program that a tape can not say */
export function recordedSubjects(subjects: readonly CallSubject[]): Recorded {
  const tapes: Tape[] = [];
  const plays = new Map<string, RecordedPlay>();
  for (const device of DEVICES) {
    plays.set(device.name, { tape: tapes.length, ...lapsOf(device.call) });
    tapes.push(tapeOf(device));
  }
  for (const subject of subjects) {
    // Programs are run twice: the later run says the same again.
    let laps = new Laps();
    const programs = nested(subject.levels, (me) => {
      laps = new Laps();
      return operated(subject, me, laps);
    });
    const own = recordAsInit(programs, 'level 1', subject.way.half);
    const first = tapes.length;
    const tape = first + [...own.keys()].indexOf(SUBJECT);
    for (const each of own.values()) tapes.push(movedBy(each, first));
    const { ends, operations } = laps;
    // The agent has a namespace of its own.
    plays.set(subject.name, { tape, levels: subject.levels - 1, laps: ends, operations });
  }
  return { tapes, plays };
}

/** One lap for each call of an operation, and one for all that is between two. */
class Laps {
  readonly ends: number[] = [];
  readonly operations: CallLap[][] = [];
  private calls = 0;

  /** What is not counted. */
  *between(program: Program): Program {
    const result = yield* this.counting(program, () => {});
    this.ends.push(this.calls);
    return result;
  }

  *operation(program: Program): Program {
    const laps: CallLap[] = [];
    this.operations.push(laps);
    return yield* this.counting(program, (call) => {
      laps.push({ lap: this.ends.length, call });
      this.ends.push(this.calls);
    });
  }

  private *counting(program: Program, onCall: (name: string) => void): Program {
    let result = 0;
    for (;;) {
      const { done, value } = program.next(result);
      if (done === true) return value;
      result = yield value;
      if ('until' in value) continue;
      this.calls++;
      onCall(value.name);
    }
  }
}

/** Calls on devices, which the model has not: their tapes are written by hand. */
interface Device {
  readonly name: string;
  readonly call: 'read' | 'write';
  readonly path: string;
}
const DEVICES: readonly Device[] = [
  { name: 'read', call: 'read', path: '/dev/zero' },
  { name: 'write', call: 'write', path: '/dev/null' },
];
const DEVICE_BYTES = 8;
const O_RDWR = 2;

const lapsOf = (call: string): Omit<RecordedPlay, 'tape'> => ({
  laps: Array.from({ length: 1 + OPERATIONS }, (_, lap) => 1 + lap),
  operations: Array.from({ length: OPERATIONS }, (_, n) => [{ lap: 1 + n, call }]),
});

function tapeOf({ call, path }: Device): Tape {
  const buffer = { memory: 16 };
  const one: TapeCall = {
    call,
    args: [{ result: 0 }, buffer, DEVICE_BYTES],
    expects: DEVICE_BYTES,
  };
  const memory = Buffer.alloc(buffer.memory + DEVICE_BYTES);
  memory.write(path, 'latin1');
  const open: TapeCall = {
    call: 'open',
    args: [{ memory: 0 }, path.length, O_RDWR],
    expects: null,
  };
  const calls = [open, ...Array.from({ length: OPERATIONS }, () => one)];
  return { calls, memory, pointers: [] };
}

const SUBJECT = 'subject';

/** A subject's program as the init so many namespaces further down. */
function nested(levels: number, body: Programs[string]): Programs {
  const programs: Record<string, Programs[string]> = { ...PROGRAMS, [SUBJECT]: body };
  for (let level = 1; level <= levels; level++) {
    const next = level === levels ? SUBJECT : `level ${level + 1}`;
    programs[`level ${level}`] = function* () {
      const pid = yield sys('clone', CLONE_NEWPID, next);
      return yield sys('wait4', pid, 0, 0);
    };
  }
  return programs;
}

function* operated(subject: CallSubject, me: Caller, laps: Laps): Program {
  yield* laps.between(subject.prepare(me));
  for (let n = 0; n < OPERATIONS; n++) {
    const result = yield* laps.operation(subject.operate(me, n));
    yield* laps.between(subject.after(me, n, result));
  }
  return 0;
}
