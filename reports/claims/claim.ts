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
