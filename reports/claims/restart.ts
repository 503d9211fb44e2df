// SPDX-License-Identifier: MIT
/** Claims about what a restart needs. */
import type { Asked } from './claim.ts';
import { LeftOut } from './evidence.ts';

export const RESTART: readonly Asked[] = [
  {
    number: 8,
    who: 'Derbey',
    claim: 'sys_indirect "does exactly what we need here"',
    judge(evidence) {
      const { restored, of } = evidence.restored('indirect');
      const refused = evidence.refusedAt('indirect-v5');
      const asPosted =
        refused === null
          ? 'as posted it restored as much'
          : `as posted (v5) no: it may not wrap ${refused} (T3; Torvalds, 20 Nov 2007)`;
      return {
        verdict: restored < of ? 'refuted' : refused === null ? 'supported' : 'depends',
        form: 'both',
        lanes: ['model', 'literature'],
        evidence: `${asPosted}; in the form of today it restored ${restored} of ${of} captures (T3)`,
      };
    },
  },
  {
    number: 12,
    who: 'Derbey',
    claim: 'how many system calls it would take is unimaginable',
    judge(evidence) {
      const { restored, of } = evidence.restored('with_id');
      return {
        verdict: 'depends',
        form: 'best form',
        lanes: ['static', 'model'],
        evidence:
          `${evidence.strategy('with_id').syscalls.length} restored ${restored} of ${of} ` +
          'captures, pids and System V IPC with its state (T3), and direct timers besides; ' +
          "CRIU today directs by clone3, three sysctls and a prctl. Other resources aren't counted",
      };
    },
  },
  {
    number: 18,
    who: 'Derbey',
    claim: 'an IPC object must come back with its state, such as the last pid',
    judge(evidence) {
      const { idsOnly } = evidence.measured;
      const [first] = idsOnly;
      if (first === undefined) throw new LeftOut();
      const differs = idsOnly.every((row) => row.differs !== null);
      return {
        verdict: differs ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence: differs
          ? `with ids alone ${first.capture} differs at ${first.differs}; a directed IPC_SET ` +
            'restores it (T3), of a dead process as T4 shows'
          : 'ids alone restore everything',
      };
    },
  },
];
