// SPDX-License-Identifier: MIT
/**
 * Scenarios whose steps Spin puts together as well (core/explore/spin/promela.ts says what that does
 * and does not check): as many states, transitions and ends, as many of these rejected by the judge,
 * and a deadlock where we have one.
 */
import { describe, expect, it } from 'vitest';
import { bySpin, byUs } from '../../core/explore/spin/both-for-tests.ts';
import { promelaOfSystem } from '../../core/explore/spin/promela.ts';
import { whyNoSpin } from '../../core/explore/spin/run.ts';
import { subjectOf } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { loadScenarios } from '../index.ts';
import { FOR_SCENARIOS } from '../mutants/for-scenarios.ts';

const missing = await whyNoSpin();
const why = missing === null ? '' : ` (SKIPPED: ${missing})`;

const strategies = await loadStrategies();
const scenarios = await loadScenarios();
const MAX_STATES = 2000;

function maker(name: string, strategy: Strategy | undefined) {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined || strategy === undefined) throw new Error(`no ${name} by this`);
  const subject = subjectOf(strategy, scenario);
  if (subject === null) throw new Error(`${strategy.name} has no part in ${name}`);
  return () => scenarioOnModel(scenario, strategy, subject);
}

async function compare(make: ReturnType<typeof maker>) {
  const facts = byUs(make(), MAX_STATES);
  expect(facts).toEqual(await bySpin(promelaOfSystem(make(), { maxStates: MAX_STATES })));
  return facts;
}

describe.skipIf(why !== '')(`Spin${why}`, () => {
  it.concurrent.each([
    ['threads-ask-at-once', 'process-field', 'FAIL'],
    ['threads-ask-at-once', 'setter', 'PASS'],
    ['threads-ask-at-once', 'timer-ids', 'FAIL'],
    ['bystander-process', 'next_id', 'FAIL'],
    ['two-callers-one-id', 'indirect', 'PASS'],
    ['two-callers-one-id', 'change-id', 'PASS'],
    // A second thread and a child.
    ['argument-rewritten', 'with_id', 'PASS'],
    ['argument-rewritten', 'procfs', 'PASS'],
    // Signals; and a lock that is kept by one that was killed, where others wait for ever.
    ['handler-creates', 'procfs', 'FAIL'],
    ['handler-creates', 'setter-shielded', 'PASS'],
    ['restarted-fork', 'setter-july', 'FAIL'],
    ['handler-directs', 'ns_last_pid-locked', 'FAIL'],
    // Faults.
    ['plain-after-enomem', 'keeps-on-failure', 'FAIL'],
    ['plain-after-enomem', 'procfs', 'PASS'],
    // Fork and exec.
    ['fork-between', 'next_id', 'FAIL'],
    ['exec-by-thread', 'setter', 'PASS'],
    ['nested-namespaces', 'with_id', 'PASS'],
    ['foreign-writer', 'anyone-writes', 'FAIL'],
  ])('finds the same in %s by %s, %s', async (scenario, by, verdict) => {
    const strategy = strategies.find(({ name }) => name === by);
    const { failingEnds } = await compare(maker(scenario, strategy));
    expect(failingEnds > 0 ? 'FAIL' : 'PASS').toBe(verdict);
  });

  const found = FOR_SCENARIOS.filter(({ rejectedBy }) =>
    ['argument-rewritten', 'retried-after-enomem'].includes(rejectedBy),
  );
  it.concurrent.each(found)('rejects a mutant: $defect', async ({ rejectedBy, strategy }) => {
    const { failingEnds } = await compare(maker(rejectedBy, strategy));
    expect(failingEnds).toBeGreaterThan(0);
  });
});
