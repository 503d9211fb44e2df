// SPDX-License-Identifier: MIT
/** State graphs by this explorer and by Spin, of the program that promela.ts makes of each. */
import { explore } from '../../core/explore/graph.ts';
import { promelaOfSystem } from '../../core/explore/spin/promela.ts';
import { verifying } from '../../core/explore/spin/run.ts';
import type { SpinRow } from './rows.ts';
import type { Explored } from './subjects.ts';
import { type Effort, timing } from './timing.ts';

const BUDGET = { maxStates: 1_000_000 };
const BUILD = { optimise: '-O2' } as const;

/** @throws Error where Spin finds another graph: then neither time is of the same thing */
export async function spinRow({ of, make }: Explored, effort: Effort): Promise<SpinRow> {
  const { states, transitions } = explore(make(), BUDGET);
  const promela = promelaOfSystem(make(), BUDGET);
  const search = await verifying(promela, BUILD, async (verifier) => {
    const found = await verifier.search('-E');
    if (found.states !== states || found.transitions !== transitions + 1) {
      throw new Error(`${of}: Spin has ${found.states} states, and we have ${states}`);
    }
    return timing(effort, () => verifier.search('-E'));
  });
  const ours = await timing(effort, () => explore(make(), BUDGET));
  const build = await timing(seldom(effort), () => verifying(promela, BUILD, async () => {}));
  return { of, states, transitions, ours, build, search };
}

/** A build takes seconds, and nothing is warm for the next. */
const seldom = ({ samples }: Effort): Effort => ({
  samples: Math.min(samples, 3),
  leastMs: 0,
  warmUp: 0,
});
