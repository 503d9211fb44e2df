// SPDX-License-Identifier: MIT
/** What is asked for where one call is to stand for many, and who answers. */
import type { Want, WantKind } from '../core/kernel/directed.ts';
import { formatResult } from '../core/kernel/errno.ts';
import { A_CHILD, A_QUEUE, CHILD, type Subject } from '../core/kernel/scenario.ts';
import type { Program, Programs } from '../core/kernel/syscall.ts';
import type { Entrant } from './entrants.ts';

/**
 * Numbers that are asked for begin here: free, of two digits, and within the window that undirected
 * ids cycle through, so that whoever can only try until a number comes up does get it.
 */
export const FIRST = 10;

export const wantOf = (kind: WantKind, number: number): Want => ({ kind, values: [number] });

/** A queue, or where it can direct none, a child; null if it can direct neither. */
export const subjectFor = ({ takes }: Entrant): Subject | null =>
  [A_QUEUE, A_CHILD].find(({ kind }) => takes(kind)) ?? null;

/** Children that never run on: whatever they did would be counted as their parent's. */
export const CHILDREN: Programs = {
  *[CHILD](): Program {
    yield { until: () => false, why: 'nothing: a child that is only there' };
    return 0;
  },
};

/** A benchmark of a call that failed would be one of the wrong thing. */
export function mustBe(isRight: boolean, what: string, result: number): void {
  if (!isRight) throw new Error(`${what} gave ${formatResult(result)}`);
}
