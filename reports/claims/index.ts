// SPDX-License-Identifier: MIT
/**
 * The claims of the thread of July 2008 and of the one on sys_indirect() before it, each with what
 * can be said of it from what was measured. Verdicts are computed; only those of the lane
 * "literature" are read, in the messages that they name.
 */
import type { Claim, Measured } from '../result.ts';
import { type Judgement, notYet } from './claim.ts';
import { COST } from './cost.ts';
import { Evidence, LeftOut } from './evidence.ts';
import { HAZARDS } from './hazards.ts';
import { HISTORY } from './history.ts';
import { RESTART } from './restart.ts';

/** All claims, in the numbering of the project. */
export function claims(measured: Measured): Claim[] {
  const evidence = new Evidence(measured);
  const asked = [...COST, ...HAZARDS, ...HISTORY, ...RESTART].sort((a, b) => a.number - b.number);
  return asked.map(({ number, who, claim, judge }) => {
    let judgement: Judgement;
    try {
      judgement = judge(evidence);
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      judgement = notYet(['model'], 'this run left out what it rests on; run all of compare');
    }
    return { number, who, claim, ...judgement };
  });
}
