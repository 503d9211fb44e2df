// SPDX-License-Identifier: MIT
/** A claim of the thread, and how it is judged by what was measured. */
import type { Claim } from '../result.ts';
import type { Evidence } from './evidence.ts';

export type Judgement = Pick<Claim, 'verdict' | 'form' | 'lanes' | 'evidence'>;

export interface Asked {
  readonly number: number;
  readonly who: string;
  readonly claim: string;
  judge(evidence: Evidence): Judgement;
}

/** What this lane can't answer; `evidence` says what will be measured, and what is known so far. */
export const notYet = (lanes: Claim['lanes'], evidence: string): Judgement => ({
  verdict: 'not measured yet',
  form: 'neither',
  lanes,
  evidence,
});

/** Judged by messages and histories that are named, not by a figure. */
export const read = (verdict: 'supported' | 'depends', evidence: string): Judgement => ({
  verdict,
  form: 'as posted',
  lanes: ['literature'],
  evidence,
});

/** For people: "a and b", "a, b and 3 more". */
export function listed(names: readonly string[], most = 3): string {
  if (names.length > most + 1) {
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  }
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
