// SPDX-License-Identifier: MIT
/**
 * Properties of generated programs in which one task acts at a time: whatever a call asked for, it
 * gets or is refused by the one table of errors, and every plain call gets what plain Linux gives.
 * One property for each thing that may lie between such calls.
 */
import fc from 'fast-check';
import { type Check, type Design, type Effort, FULL } from '../check.ts';
import { shorten } from '../generated/shorten.ts';
import {
  type Directs,
  directsOf,
  IDS,
  programs,
  type Step,
  type StepKind,
  smallerPrograms,
} from '../generated/steps.ts';
import { runProgram } from '../generated/turns.ts';

const SIZE = { minLength: 1, maxLength: 12 };

/** Null, or a program for which `wrong` finds something, as short as it gets, and what that is. */
export function shortestWrong(
  arbitrary: fc.Arbitrary<readonly Step[]>,
  { programs: numRuns, seed, shrinks }: Effort,
  wrong: (steps: readonly Step[]) => string | null,
): string | null {
  const fails = (steps: readonly Step[]) => wrong(steps) !== null;
  const property = fc.property(arbitrary, (steps) => !fails(steps));
  const found = fc.check(property, { seed, numRuns, endOnFailure: !shrinks }).counterexample?.[0];
  if (found === undefined) return null;
  return wrong(shrinks ? shorten(found, smallerPrograms, fails) : found);
}

const inTurns = (name: string, kinds: readonly StepKind[], depth: number): Check => ({
  name,
  directs: IDS,
  run(design: Design, effort = FULL) {
    return shortestWrong(
      programs(directsOf(design), kinds, depth, SIZE),
      effort,
      (steps) => runProgram(design, steps).wrong,
    );
  },
});

export const eachCallItsOwn = inTurns(
  'each call gets what it asked for, or the one error of the table',
  ['get', 'get', 'get', 'set', 'fork'],
  0,
);

export const relatives = inTurns(
  'children and threads ask for themselves alone',
  ['get', 'fork', 'thread'],
  2,
);

export const handlersBetween = inTurns(
  'a handler between two calls finds nothing and leaves nothing',
  ['get', 'get', 'fork', 'handle'],
  1,
);

/** What is asked for on both sides of a new IPC namespace, however it came to be. */
function bothSides(directs: Directs): fc.Arbitrary<readonly Step[]> {
  const gets = programs(directs, ['get'], 0, { minLength: 1, maxLength: 4 });
  return fc.tuple(gets, gets, gets, fc.boolean()).map(([before, within, after, unshares]) => {
    const inner: readonly Step[] = [{ does: 'unshare', what: 'ipc' }, ...within];
    const steps = unshares ? inner : within;
    const into = unshares ? 'same' : 'ipc';
    return [
      ...before,
      { does: 'fork', into, want: null, execs: false, steps, waits: true },
      ...after,
    ];
  });
}

export const namespacesApart: Check = {
  name: 'what is asked for in one namespace is asked for in no other',
  directs: IDS,
  run(design, effort = FULL) {
    const directs = directsOf(design);
    const any = programs(directs, ['get', 'fork', 'fork', 'unshare'], 2, SIZE);
    return shortestWrong(
      fc.oneof(any, bothSides(directs)),
      effort,
      (steps) => runProgram(design, steps).wrong,
    );
  },
};

const NUMBERS = fc
  .tuple(fc.constantFrom(5, 7), fc.constantFrom(2, 3, 9))
  .chain(([inner, outer]) => fc.constantFrom([inner], [inner, outer]));

/** A child in a namespace of its own, which forks children with a number at one level or at both. */
const nested: fc.Arbitrary<readonly Step[]> = fc
  .array(NUMBERS, { minLength: 1, maxLength: 6 })
  .map((wants) => {
    const fork = (want: readonly number[]): Step => ({
      does: 'fork',
      into: 'same',
      want,
      execs: false,
      steps: [],
      waits: false,
    });
    return [
      { does: 'fork', into: 'pid', want: null, execs: false, steps: wants.map(fork), waits: true },
    ];
  });

export const allLevelsOrNone: Check = {
  name: 'a number that is refused at one level is taken at none',
  directs: ['pid'],
  run: (design, effort = FULL) =>
    shortestWrong(nested, effort, (steps) => runProgram(design, steps).wrong),
};

export const privilegeLost = inTurns(
  'privilege is asked for where the id is taken, and of whoever takes it',
  ['get', 'set', 'fork', 'setuid'],
  1,
);
