// SPDX-License-Identifier: MIT
/**
 * Every scenario by every strategy: the exact verdicts, a witness for each scenario that it can be
 * failed, and for each failure of a best form a schedule that leads to it. Why a best form fails is
 * said in the head of the scenario.
 */
import { describe, expect, it } from 'vitest';
import { replay } from '../../core/explore/replay.ts';
import { exploreOrSample } from '../../core/explore/sample.ts';
import { parseSchedule } from '../../core/explore/schedule.ts';
import { type Scenario, subjectOf } from '../../core/kernel/scenario.ts';
import { isBestForm, type Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { loadScenarios } from '../index.ts';
import { FOR_SCENARIOS } from '../mutants/for-scenarios.ts';

const strategies = await loadStrategies();
const scenarios = await loadScenarios();

/** As `sideband compare` has them, by its seed. */
const BUDGET = { maxStates: 3000 };
const SAMPLING = { runs: 100, seed: 200807 };

function maker(scenario: Scenario, strategy: Strategy) {
  const subject = subjectOf(strategy, scenario);
  return subject === null ? null : () => scenarioOnModel(scenario, strategy, subject);
}

interface Verdict {
  /** "ok", "FAIL 2 of 3", "~ok" and "~FAIL 2 of 100" where sampled, "-" where it has no part. */
  readonly text: string;
  readonly fails: boolean;
}

function verdictOf(scenario: Scenario, strategy: Strategy): Verdict {
  const make = maker(scenario, strategy);
  if (make === null) return { text: '-', fails: false };
  const { verdict, failing, interleavings, counterexample } = exploreOrSample(
    make,
    BUDGET,
    SAMPLING,
  );
  const fails = counterexample !== null;
  const isAll = verdict.kind === 'EXHAUSTIVE';
  const all = isAll ? interleavings : SAMPLING.runs;
  return { text: `${isAll ? '' : '~'}${fails ? `FAIL ${failing} of ${all}` : 'ok'}`, fails };
}

const verdicts = new Map(
  scenarios.map((scenario) => [
    scenario.name,
    new Map(strategies.map((strategy) => [strategy.name, verdictOf(scenario, strategy)])),
  ]),
);

/** Of a scenario, who has the same verdict in one line. */
function lines(scenario: Scenario): string {
  const by = new Map<string, string[]>();
  for (const [strategy, { text, fails }] of verdicts.get(scenario.name) ?? []) {
    const kind = fails ? 'FAIL' : text;
    const names = by.get(kind) ?? [];
    by.set(kind, [...names, fails ? `${strategy} (${text.replace('FAIL ', '')})` : strategy]);
  }
  const rows = [...by].map(([kind, names]) => `  ${kind}: ${names.join(', ')}`);
  return [`${scenario.name}, ${scenario.context}`, ...rows].join('\n');
}

/** Who fails it, so that it is seen to ask something; where no strategy does, a mutant must. */
const WITNESSES: Readonly<Record<string, string>> = {
'bystander-process': 'ns_last_pid',
  'bystander-thread': 'process-field',
  'threads-ask-at-once': 'process-field',
  'two-callers-one-id': 'ns_last_pid',
  'handler-creates': 'process-field',
  'handler-directs': 'process-field',
  'restarted-fork': 'process-field',
  'any-call-between': 'setter-july',
  'given-up-between': 'process-field',
  'kernel-made-thread': 'setter-july',
  'library-call-between': 'process-field',
  'privilege-lost-between': 'check-at-set',
  'call-that-can-not': 'process-field',
  'other-kind': 'setter-july',
  'failed-for-key': 'keeps-on-failure',
  'failed-for-privilege': 'keeps-on-failure',
  'failed-for-taken-id': 'keeps-on-failure',
  'filter-refuses-second': 'process-field',
  'filter-slipped-past': 'indirect-v5',
  'killed-while-forking': 'ns_last_pid',
  'number-held-by-group': 'ns_last_pid',
  'split-write': 'anyone-writes',
  'plain-after-enomem': 'keeps-on-failure',
  'exec-between': 'procfs-v2',
  'exec-by-thread': 'procfs-v2',
  'exec-set-uid': 'procfs-v2',
  'fork-between': 'setter-july',
  'nested-namespaces': 'ns_last_pid',
  'setns-between': 'process-field',
  'unshare-between': 'process-field',
  'foreign-writer': 'anyone-writes',
  'inherited-descriptor': 'anyone-writes',
  'passed-descriptor': 'anyone-writes',
  'set-uid-standard-error': 'anyone-writes',
  'tid-reuse': 'ns_last_pid',
  'library-fork': 'setter-july',
  'library-msgget': 'setter-july',
  'library-thread': 'setter-july',
};

/** Failures of best forms: the schedule with the fewest preemptions, and what is then wrong. */
const REPLAYS: readonly (readonly [string, string, string, string])[] = [
  ['handler-creates', 'procfs', 'A11 B3 A8', "the directed call gave 0, where 11 belongs"],
  ['handler-creates', 'setter', 'A4 B3 A8', "the directed call gave 0, where 11 belongs"],
  ['handler-directs', 'procfs', 'A11 B3 A18', "the directed call gave 0, where 11 belongs"],
  ['handler-directs', 'setter', 'A4 B3 A11', "the directed call gave 0, where 11 belongs"],
  ['given-up-between', 'procfs', 'A16', "the plain call gave 11, where a number that nobody asked for belongs"],
  ['given-up-between', 'setter', 'A9', "the plain call gave 11, where a number that nobody asked for belongs"],
  ['library-call-between', 'procfs', 'A17', "the directed call gave 0, where 11 belongs"],
  ['library-call-between', 'setter', 'A10', "the directed call gave 0, where 11 belongs"],
  ['call-that-can-not', 'procfs', 'A13', "getppid, with a value gave 1, where an error belongs"],
  ['call-that-can-not', 'setter', 'A6', "getppid, with a value gave 1, where an error belongs"],
  ['filter-refuses-second', 'procfs', 'A19 Aa1', "the plain clone after it gave 11, where a number that nobody asked for belongs"],
  ['filter-refuses-second', 'setter', 'A12 Aa1', "the plain clone after it gave 11, where a number that nobody asked for belongs"],
  ['filter-slipped-past', 'with_id', 'A3', "the directed call gave 11, where an error belongs"],
  ['split-write', 'procfs', 'A18', "the plain call after it gave 9, where a number that nobody asked for belongs"],
  ['setns-between', 'procfs', 'A20 Aa3', "the child, asked in its namespace, gave 11, where a number that nobody asked for belongs"],
  ['setns-between', 'setter', 'A13 Aa3', "the child, asked in its namespace, gave 11, where a number that nobody asked for belongs"],
  ['unshare-between', 'procfs', 'A16', "the directed call, asked for in another namespace gave 11, where a number that nobody asked for or an error belongs"],
  ['unshare-between', 'setter', 'A9', "the directed call, asked for in another namespace gave 11, where a number that nobody asked for or an error belongs"],
  ['set-uid-standard-error', 'procfs', 'A15', "the set-uid program's plain call gave 11, where a number that nobody asked for belongs"],
];

const find = (scenario: string, strategy: string) => ({
  scenario: scenarios.find(({ name }) => name === scenario) as Scenario,
  strategy: strategies.find(({ name }) => name === strategy) as Strategy,
});

describe('the scenarios', () => {
  it('have these verdicts', () => {
    expect(scenarios.map(lines).join('\n\n')).toMatchInlineSnapshot();
  });

  it('have names of their own, and tasks with names that schedules can have', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    for (const { tasks, faults } of scenarios) {
      const names = [...tasks, ...(faults ?? [])].map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(names.join('')).toMatch(/^[A-Z]+$/);
    }
  });

  it.each(scenarios.map(({ name }) => name))('%s is failed by its witness', (name) => {
    const mutant = FOR_SCENARIOS.find(({ rejectedBy }) => rejectedBy === name);
    const witness = WITNESSES[name];
    if (mutant === undefined) {
      expect(verdicts.get(name)?.get(witness ?? '')?.fails).toBe(true);
      return;
    }
    const scenario = scenarios.find((candidate) => candidate.name === name) as Scenario;
    expect(verdictOf(scenario, mutant.base).fails).toBe(false);
    expect(verdictOf(scenario, mutant.strategy).fails).toBe(true);
  });
});

describe('the best forms', () => {
  it('fail where a schedule is kept that shows it, and nowhere else', () => {
    const failing = scenarios.flatMap(({ name }) =>
      strategies
        .filter((strategy) => isBestForm(strategy) && verdicts.get(name)?.get(strategy.name)?.fails)
        .map((strategy) => `${name}: ${strategy.name}`),
    );
    expect(REPLAYS.map(([scenario, strategy]) => `${scenario}: ${strategy}`)).toEqual(failing);
  });

  it.each(REPLAYS)('%s fails %s by %s', (name, by, schedule, wrong) => {
    const { scenario, strategy } = find(name, by);
    const make = maker(scenario, strategy);
    if (make === null) throw new Error(`${by} has no part in ${name}`);
    expect(replay(make(), parseSchedule(schedule)).wrong).toBe(wrong);
  });

  it('fail nothing that a single-purpose restarter can meet', () => {
    const ofRestarter = new Set(
      scenarios.filter(({ context }) => context === 'restarter').map(({ name }) => name),
    );
    expect(REPLAYS.filter(([scenario]) => ofRestarter.has(scenario))).toEqual([]);
  });
});
