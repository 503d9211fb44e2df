// SPDX-License-Identifier: MIT
/** Claims about what a restart needs. */
import { WANT_NUMBERS } from '../../core/kernel/directed.ts';
import { type Asked, notYet } from './claim.ts';
import { LeftOut } from './evidence.ts';

export const RESTART: readonly Asked[] = [
  {
    number: 8,
    who: 'Derbey',
    claim: 'sys_indirect "does exactly what we need here"',
    judge(evidence) {
      const { directs } = evidence.strategy('indirect-v5');
      const { restored, of } = evidence.restored('indirect');
      const lacks =
        directs === null ? [] : Object.keys(WANT_NUMBERS).filter((kind) => !directs.includes(kind));
      const asPosted =
        lacks.length === 0
          ? 'as posted (v5) it directs all that is asked for (N)'
          : `as posted (v5) no: it can not direct ${lacks.join(', ')} (N), as it may not wrap fork ` +
            '(Torvalds, 20 Nov 2007)';
      return {
        verdict: restored < of ? 'refuted' : lacks.length === 0 ? 'supported' : 'depends',
        form: 'both',
        lanes: ['static', 'model', 'literature'],
        evidence: `${asPosted}; in the best form it restored ${restored} of ${of} captures (T3)`,
      };
    },
  },
  {
    number: 12,
    who: 'Derbey',
    claim: 'how many system calls it would take is unimaginable',
    judge(evidence) {
      const { restored, of } = evidence.restored('with_id');
      const { syscalls } = evidence.strategy('with_id');
      const sofar =
        `with ${syscalls.length} new calls (N) with_id restored ${restored} of ${of} captures of ` +
        'pids and System V IPC with its state (T3)';
      if (restored < of) return notYet(['model'], `calls that are enough; ${sofar}`);
      return {
        verdict: 'depends',
        form: 'best form',
        lanes: ['static', 'model', 'literature'],
        evidence:
          `${sofar}. CRIU today directs by clone3, three sysctls and a prctl. What other ` +
          'resources take is not counted',
      };
    },
  },
  {
    number: 18,
    who: 'Derbey',
    claim: 'an IPC object must come back with its state, such as the last pid',
    judge(evidence) {
      const { idsOnly, deadPids, restarts } = evidence.measured;
      const [first] = idsOnly;
      if (first === undefined) throw new LeftOut();
      const differs = idsOnly.every((row) => row.differs !== null);
      const isBack = restarts
        .filter(({ capture }) => idsOnly.some((row) => row.capture === capture))
        .every(({ rows }) => rows.every(({ end }) => end.kind === 'restored'));
      const isBackFromTheDead = deadPids.every(({ wanted, shown }) =>
        shown.startsWith(`${wanted} `),
      );
      return {
        verdict: differs ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence: differs
          ? `with ids alone ${first.capture} differs at ${first.differs}; with directed IPC_SET it ` +
            `${isBack ? 'is restored' : 'is not restored by every design'} (T3), the pid of a dead ` +
            `process ${isBackFromTheDead ? 'included' : 'not by every design'} (T4)`
          : 'ids alone bring back everything',
      };
    },
  },
];
