// SPDX-License-Identifier: MIT
import { explore } from '../../core/explore/graph.ts';
import { subjectOf } from '../../core/kernel/scenario.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import type { Check } from '../check.ts';
import { threadsAskAtOnce } from '../scenarios/threads/threads-ask-at-once.ts';

export const threadsGetTheirOwn: Check = {
  name: 'threads that ask at once each get their own, in every interleaving',
  directs: threadsAskAtOnce.directs,
  run(design) {
    const subject = subjectOf(design, threadsAskAtOnce);
    if (subject === null) throw new Error('asked of a design that has no part in it');
    const system = scenarioOnModel(threadsAskAtOnce, design, subject);
    const { verdict, failing, interleavings } = explore(system, { maxStates: 100_000 });
    if (verdict.kind === 'INCOMPLETE') return verdict.reason;
    return failing === 0n ? null : `${failing} of ${interleavings} interleavings fail`;
  },
};
