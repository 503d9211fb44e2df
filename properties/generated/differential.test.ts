// SPDX-License-Identifier: MIT
/**
 * One program, all designs: over all interleavings of each it can end in the same ways, whichever
 * design it asks by. So what a design changes is how it is asked, and nothing else.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { A_QUEUE, type Outcome } from '../../core/kernel/scenario.ts';
import { isBestForm } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { setter } from '../../strategies/setter.ts';
import type { Design } from '../check.ts';
import { callers } from '../checks.ts';
import { formatThreads, smallerThreads, type ThreadProgram, threadPrograms } from './calls.ts';
import { shorten } from './shorten.ts';
import { asScenario } from './threads.ts';

const designs = (await loadStrategies())
  .filter(isBestForm)
  .flatMap((strategy) => callers(strategy).map(([name, caller]) => [name, { ...strategy, caller }]))
  .map(([name, design]) => ({ name: String(name), design: design as Design }));

const asText = ({ results }: Outcome): string =>
  [...results]
    .map(([thread, said]) => `${thread}: ${said}`)
    .sort()
    .join('; ');

type Ends = ReadonlySet<string> | null;

/** In which ways a program can end, or null where that takes too many states. */
function endsOf(design: Design, program: ThreadProgram): Ends {
  const ends = new Set<string>();
  const scenario = asScenario(program);
  const system = scenarioOnModel(
    {
      ...scenario,
      judge(outcome) {
        ends.add(asText(outcome));
        return null;
      },
    },
    design,
    A_QUEUE,
  );
  const { verdict } = explore(system, { maxStates: 8000 });
  return verdict.kind === 'EXHAUSTIVE' ? ends : null;
}

/** Ends that one has and the other has not; null where one of them is not known. */
function differing(one: Ends, other: Ends): string[] | null {
  if (one === null || other === null) return null;
  const only = (these: ReadonlySet<string>, those: ReadonlySet<string>) =>
    [...these].filter((end) => !those.has(end));
  return [...only(one, other), ...only(other, one)];
}

// Who closes what it asks with is told so, which is no end of a design without a descriptor.
const closes = ({ threads }: ThreadProgram): boolean =>
  threads.flat().some((call) => call.does === 'msgget' && call.between === 'closes');

const PROGRAMS = fc
  .sample(threadPrograms({ queues: true, pids: true, signals: false }), {
    seed: 200807,
    numRuns: 48,
  })
  .filter((program) => !closes(program));

describe('the same program', () => {
  const [first, ...others] = designs;
  if (first === undefined) throw new Error('there are no best forms');

  const known = PROGRAMS.map((program) => [program, endsOf(first.design, program)] as const);

  it.each(others)('ends by $name as by with_id', ({ design }) => {
    let compared = 0;
    for (const [program, ends] of known) {
      const found = ends === null ? null : differing(ends, endsOf(design, program));
      if (found === null) continue;
      compared++;
      expect(found, formatThreads(program)).toEqual([]);
    }
    expect(compared).toBeGreaterThan(8);
  });

  it('does not by a design whose threads share their field, which the shortest shows', () => {
    const between = (program: ThreadProgram) =>
      differing(endsOf(setter, program), endsOf(processField, program)) ?? [];
    const fails = (program: ThreadProgram) => between(program).length > 0;
    const found = PROGRAMS.find(fails);
    if (found === undefined) throw new Error('none was found');
    const program = shorten(found, smallerThreads, fails);
    expect(formatThreads(program)).toMatchInlineSnapshot(
      `"A: fork asking for 102 | B: msgget to get EEXIST"`,
    );
    expect(between(program)).toMatchInlineSnapshot(`
      [
        "A: 4; Aa: 1; B: -17",
        "A: 102; Aa: 1; B: 0",
      ]
    `);
  });
});
