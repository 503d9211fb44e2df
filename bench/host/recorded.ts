// SPDX-License-Identifier: MIT
/** Subjects as tapes, with what of them is a lap. */
import type { Caller, Program } from '../../core/kernel/syscall.ts';
import { recordAsInit } from '../../linux/tape/as-init.ts';
import type { Play } from '../../linux/tape/play.ts';
import type { Tape } from '../../linux/tape/tape.ts';
import { type HostSubject, PROGRAMS } from './subjects.ts';

/** The first is not counted: it warms up. */
export const LAPS = 9;

export interface Recorded {
  readonly tapes: readonly Tape[];
  /** Of each subject, in order: its preparation is the first lap. */
  readonly plays: readonly Play[];
}

/** @throws NotATape for a program that a tape can not say */
export function recorded(subjects: readonly HostSubject[], lapsOfEach = LAPS): Recorded {
  const tapes: Tape[] = [];
  const plays = subjects.map((subject): Play => {
    const laps: number[] = [];
    const own = recordAsInit(
      { ...PROGRAMS, [subject.name]: (me) => operated(subject, me, lapsOfEach, laps) },
      subject.name,
      subject.half,
    );
    const first = tapes.length;
    for (const tape of own.values()) tapes.push(movedBy(tape, first));
    return { tape: first, laps: laps.slice(0, lapsOfEach + 1) };
  });
  return { tapes, plays };
}

/** The program that is recorded, which says behind how many calls its laps end. */
function* operated(subject: HostSubject, me: Caller, lapsOfEach: number, laps: number[]): Program {
  let calls = 0;
  const counted = function* (program: Program): Program {
    let result = 0;
    for (;;) {
      const { done, value } = program.next(result);
      if (done === true) return value;
      if (!('until' in value)) calls++;
      result = yield value;
    }
  };
  const prepared = subject.prepare === undefined ? 0 : yield* counted(subject.prepare(me));
  laps.push(calls);
  for (let lap = 0; lap < lapsOfEach; lap++) {
    for (let n = 0; n < subject.perLap; n++) {
      yield* counted(subject.operate(me, lap * subject.perLap + n, prepared));
    }
    laps.push(calls);
  }
  return 0;
}

/** The same tape among others, `first` of which come before its own. */
export const movedBy = (tape: Tape, first: number): Tape => ({
  ...tape,
  calls: tape.calls.map((call) =>
    call.child === undefined ? call : { ...call, child: call.child + first },
  ),
});
