// SPDX-License-Identifier: MIT
/**
 * The claims of the thread of July 2008 and of the one on sys_indirect() before it, each with what
 * can be said of it from what was measured. Verdicts are computed; only those of the lane
 * "literature" are read, in the messages that they name.
 */
import type { Claim, Measured } from '../result.ts';
import { type Asked, type Judgement, notYet } from './claim.ts';
import { COST } from './cost.ts';
import { Evidence, LeftOut, NotExhaustive } from './evidence.ts';
import { HAZARDS } from './hazards.ts';
import { HISTORY } from './history.ts';
import { RESTART } from './restart.ts';

const ASKED = [...COST, ...HAZARDS, ...HISTORY, ...RESTART].sort((a, b) => a.number - b.number);

/** All claims, in the numbering of the project. */
export function claims(measured: Measured): Claim[] {
  const evidence = new Evidence(measured);
  return ASKED.map((asked) => {
    const { number, who, claim } = asked;
    return { number, who, claim, ...judged(asked, evidence) };
  });
}

function judged({ judge }: Asked, evidence: Evidence): Judgement {
  try {
    return judge(evidence);
  } catch (error) {
    if (error instanceof LeftOut) {
      return notYet(['model'], 'this run left out what it rests on; run all of compare');
    }
    if (error instanceof NotExhaustive) {
      return notYet(['model'], 'not every interleaving of what it rests on was explored (S)');
    }
    throw error;
  }
}
