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
import { scenarioTrial } from '../mutants/index.ts';
import { MAX_STATES } from '../sizes/explored.ts';

const strategies = await loadStrategies();
const scenarios = await loadScenarios();

/** As `sideband compare` has them, by its seed. */
const BUDGET = { maxStates: MAX_STATES };
const SAMPLING = { runs: 100, seed: 200807, by: 'URW' } as const;

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
  'tid-reuse': 'ns_last_pid',
  'linearizable-apart': 'process-field',
  'linearizable-one-id': 'next_id',
  'linearizable-taken': 'next_id',
  'library-fork': 'setter-july',
  'library-msgget': 'setter-july',
  'library-thread': 'setter-july',
};

/** Failures of best forms: the schedule with the fewest preemptions, and what is then wrong. */
const REPLAYS: readonly (readonly [string, string, string, string])[] = [
  ['handler-creates', 'procfs', 'A11 B3 A8', 'the directed call gave 0, where 3011 belongs'],
  ['handler-creates', 'setter', 'A4 B3 A8', 'the directed call gave 0, where 3011 belongs'],
  ['handler-directs', 'procfs', 'A11 B3 A18', 'the directed call gave 0, where 3011 belongs'],
  ['handler-directs', 'setter', 'A4 B3 A11', 'the directed call gave 0, where 3011 belongs'],
  [
    'given-up-between',
    'procfs',
    'A16',
    'the plain call gave 3011, where a number that nobody asked for belongs',
  ],
  [
    'given-up-between',
    'setter',
    'A9',
    'the plain call gave 3011, where a number that nobody asked for belongs',
  ],
  ['library-call-between', 'procfs', 'A17', 'the directed call gave 0, where 3011 belongs'],
  ['library-call-between', 'setter', 'A10', 'the directed call gave 0, where 3011 belongs'],
  ['call-that-can-not', 'procfs', 'A13', 'getppid, with a value gave 1, where an error belongs'],
  ['call-that-can-not', 'setter', 'A6', 'getppid, with a value gave 1, where an error belongs'],
  [
    'filter-refuses-second',
    'procfs',
    'A19 Aa1',
    'the plain clone after it gave 3011, where a number that nobody asked for belongs',
  ],
  [
    'filter-refuses-second',
    'setter',
    'A12 Aa1',
    'the plain clone after it gave 3011, where a number that nobody asked for belongs',
  ],
  ['filter-slipped-past', 'with_id', 'A3', 'the directed call gave 3011, where an error belongs'],
  [
    'setns-between',
    'procfs',
    'A20 Aa3',
    'the child, asked in its namespace, gave 3011, where a number that nobody asked for belongs',
  ],
  [
    'setns-between',
    'setter',
    'A13 Aa3',
    'the child, asked in its namespace, gave 3011, where a number that nobody asked for belongs',
  ],
  [
    'unshare-between',
    'procfs',
    'A16',
    'the directed call, asked for in another namespace gave 3011, where a number that nobody asked for or an error belongs',
  ],
  [
    'unshare-between',
    'setter',
    'A9',
    'the directed call, asked for in another namespace gave 3011, where a number that nobody asked for or an error belongs',
  ],
];

const find = (scenario: string, strategy: string) => ({
  scenario: scenarios.find(({ name }) => name === scenario) as Scenario,
  strategy: strategies.find(({ name }) => name === strategy) as Strategy,
});

describe('the scenarios', () => {
  it('have these verdicts', () => {
    expect(scenarios.map(lines).join('\n\n')).toMatchInlineSnapshot(`
      "argument-rewritten, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, clone3
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      bystander-process, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: ns_last_pid (436104 of 1384416), ns_last_pid-locked (2798796 of 14208480), next_id (184 of 560)
        -: create-and-delete

      bystander-thread, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, anyone-writes, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: process-field (110 of 330), ns_last_pid (436104 of 1384416), ns_last_pid-locked (2798796 of 14208480), next_id (184 of 560)
        -: create-and-delete

      threads-ask-at-once, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid-locked, clone3, change-id
        FAIL: procfs-v1 (10400600 of 10400600), process-field (2450 of 3432), ns_last_pid (~66 of 100), next_id (9640904 of 10400600), timer-ids (1128 of 48620)
        -: create-and-delete

      two-callers-one-id, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, change-id
        FAIL: ns_last_pid (9334424880 of 9334424880), ns_last_pid-locked (26939910888 of 26939910888), next_id (10400600 of 10400600), timer-ids (48620 of 48620)
        -: create-and-delete

      handler-creates, general use
        ok: with_id, indirect, eclone, setter-shielded, indirect-v1, indirect-v5, clone3, timer-ids, change-id
        FAIL: procfs (638 of 1205), setter (118 of 260), procfs-v1 (524 of 924), procfs-v2 (524 of 924), procfs-july (420 of 1205), setter-july (118 of 260), process-field (118 of 260), anyone-writes (638 of 1205), check-at-set (118 of 260), keeps-on-failure (118 of 260), ns_last_pid (19436 of 56152), ns_last_pid-locked (65400 of 322174), next_id (524 of 924)
        -: create-and-delete

      handler-directs, general use
        ok: with_id, indirect, eclone, setter-shielded, indirect-v1, indirect-v5, clone3, change-id
        FAIL: procfs (1208 of 2255), setter (154 of 344), procfs-v1 (1094 of 1834), procfs-v2 (1094 of 1834), procfs-july (760 of 2255), setter-july (154 of 344), process-field (154 of 344), anyone-writes (1208 of 2255), check-at-set (154 of 344), keeps-on-failure (154 of 344), ns_last_pid (30616 of 130622), ns_last_pid-locked (6964 of 469692), next_id (1094 of 1834), timer-ids (122 of 670)
        -: create-and-delete

      restarted-fork, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, setter-shielded, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, clone3
        FAIL: procfs-july (2388 of 8010), setter-july (392 of 1426), process-field (132 of 1426)
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      any-call-between, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, next_id, clone3, timer-ids, change-id
        FAIL: procfs-july (1 of 1), setter-july (1 of 1)
        -: create-and-delete

      given-up-between, general use
        ok: with_id, indirect, eclone, procfs-july, setter-july, indirect-v1, indirect-v5, clone3, timer-ids, change-id
        FAIL: procfs (1 of 1), setter (1 of 1), procfs-v1 (1 of 1), procfs-v2 (1 of 1), setter-shielded (1 of 1), process-field (1 of 1), anyone-writes (1 of 1), check-at-set (1 of 1), keeps-on-failure (1 of 1), ns_last_pid (2 of 2), ns_last_pid-locked (2 of 2), next_id (1 of 1)
        -: create-and-delete

      kernel-made-thread, general use
        ok: with_id, procfs, setter, indirect, eclone, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3
        FAIL: procfs-v1 (16 of 16), procfs-v2 (16 of 16), procfs-july (44 of 44), setter-july (18 of 18), ns_last_pid (16 of 16), ns_last_pid-locked (72 of 72)
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      library-call-between, general use
        ok: with_id, indirect, eclone, indirect-v1, indirect-v5, clone3, timer-ids, change-id
        FAIL: procfs (1 of 1), setter (1 of 1), procfs-v1 (1 of 1), procfs-v2 (1 of 1), procfs-july (1 of 1), setter-july (1 of 1), setter-shielded (1 of 1), process-field (1 of 1), anyone-writes (1 of 1), check-at-set (1 of 1), keeps-on-failure (1 of 1), ns_last_pid (16 of 16), ns_last_pid-locked (72 of 72), next_id (1 of 1)
        -: create-and-delete

      privilege-lost-between, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, keeps-on-failure, clone3
        FAIL: procfs-july (1 of 1), setter-july (1 of 1), check-at-set (1 of 1), ns_last_pid (2 of 2), ns_last_pid-locked (6 of 6), next_id (1 of 1), timer-ids (1 of 1), change-id (1 of 1)
        -: create-and-delete

      call-that-can-not, general use
        ok: with_id, indirect, eclone, indirect-v5, clone3, change-id
        FAIL: procfs (1 of 1), setter (1 of 1), procfs-v1 (1 of 1), procfs-v2 (1 of 1), procfs-july (1 of 1), setter-july (1 of 1), setter-shielded (1 of 1), indirect-v1 (1 of 1), process-field (1 of 1), anyone-writes (1 of 1), check-at-set (1 of 1), keeps-on-failure (1 of 1), ns_last_pid (1 of 1), ns_last_pid-locked (1 of 1), next_id (1 of 1), timer-ids (1 of 1)
        -: create-and-delete

      other-kind, restarter
        ok: with_id, procfs, setter, indirect, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, next_id
        -: eclone, ns_last_pid, ns_last_pid-locked, clone3, timer-ids, create-and-delete
        FAIL: procfs-v1 (1 of 1), procfs-v2 (1 of 1), procfs-july (1 of 1), setter-july (1 of 1), indirect-v1 (1 of 1), indirect-v5 (1 of 1), change-id (1 of 1)

      failed-for-key, restarter
        ok: with_id, procfs, setter, indirect, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, change-id
        -: eclone, ns_last_pid, ns_last_pid-locked, clone3, timer-ids, create-and-delete
        FAIL: procfs-v1 (1 of 1), procfs-v2 (1 of 1), keeps-on-failure (1 of 1), next_id (1 of 1)

      failed-for-taken-id, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, clone3, timer-ids, change-id
        FAIL: keeps-on-failure (1 of 1), ns_last_pid (16 of 16), ns_last_pid-locked (24 of 24), next_id (1 of 1)
        -: create-and-delete

      failed-for-privilege, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, ns_last_pid, ns_last_pid-locked, next_id, clone3
        FAIL: keeps-on-failure (1 of 1), timer-ids (1 of 1), change-id (1 of 1)
        -: create-and-delete

      faulting-argument, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, next_id, clone3, timer-ids, change-id
        -: create-and-delete

      filter-refuses-second, general use
        ok: with_id, indirect, eclone, procfs-july, setter-july, clone3
        FAIL: procfs (2 of 2), setter (2 of 2), procfs-v1 (2 of 2), procfs-v2 (2 of 2), setter-shielded (2 of 2), process-field (2 of 2), anyone-writes (2 of 2), check-at-set (2 of 2), keeps-on-failure (2 of 2), ns_last_pid (2 of 2), ns_last_pid-locked (2 of 2)
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      filter-slipped-past, general use
        FAIL: with_id (1 of 1), eclone (2 of 2), indirect-v1 (1 of 1), indirect-v5 (1 of 1), clone3 (2 of 2)
        ok: procfs, setter, indirect, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, next_id, timer-ids, change-id
        -: create-and-delete

      killed-while-forking, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id
        FAIL: ns_last_pid (21450 of 23928), ns_last_pid-locked (149541 of 157131)

      number-held-by-group, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id
        FAIL: ns_last_pid (2 of 2), ns_last_pid-locked (6 of 6)

      split-write, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: procfs-v1 (1 of 1), procfs-v2 (1 of 1), ns_last_pid (16 of 16), ns_last_pid-locked (24 of 24), next_id (1 of 1)
        -: create-and-delete

      retried-after-enomem, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, next_id, clone3, timer-ids, change-id
        -: create-and-delete

      plain-after-enomem, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, clone3, timer-ids, change-id
        FAIL: procfs-v1 (1 of 5), procfs-v2 (1 of 5), keeps-on-failure (1 of 3), ns_last_pid (12 of 152), ns_last_pid-locked (12 of 210), next_id (1 of 5)
        -: create-and-delete

      child-of-directed-fork, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, clone3
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      exec-between, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: procfs-v1 (1 of 1), procfs-v2 (1 of 1), ns_last_pid (2 of 2), ns_last_pid-locked (2 of 2), next_id (1 of 1)
        -: create-and-delete

      exec-by-thread, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, change-id
        FAIL: procfs-v2 (20058300 of 20058300), ns_last_pid (1485117636 of 3643570530), ns_last_pid-locked (1287404902 of 1287404902), next_id (4887636 of 20058300)
        -: timer-ids, create-and-delete

      exec-set-uid, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked, next_id, clone3, change-id
        FAIL: procfs-v2 (1 of 1)
        -: timer-ids, create-and-delete

      fork-between, general use
        ok: with_id, procfs, setter, indirect, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, change-id
        -: eclone, ns_last_pid, ns_last_pid-locked, clone3, timer-ids, create-and-delete
        FAIL: procfs-v1 (20 of 20), procfs-v2 (20 of 20), procfs-july (210 of 210), setter-july (70 of 70), next_id (10 of 20)

      nested-namespaces, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id
        FAIL: ns_last_pid (125 of 125), ns_last_pid-locked (125 of 125)

      setns-between, general use
        ok: with_id, indirect, eclone, procfs-july, setter-july, ns_last_pid, ns_last_pid-locked, clone3
        FAIL: procfs (4 of 4), setter (4 of 4), procfs-v1 (4 of 4), procfs-v2 (4 of 4), setter-shielded (4 of 4), process-field (4 of 4), anyone-writes (4 of 4), check-at-set (4 of 4), keeps-on-failure (4 of 4)
        -: indirect-v1, indirect-v5, next_id, timer-ids, create-and-delete, change-id

      unshare-between, general use
        ok: with_id, indirect, procfs-july, setter-july, indirect-v1, indirect-v5, next_id, change-id
        FAIL: procfs (1 of 1), setter (1 of 1), procfs-v1 (1 of 1), procfs-v2 (1 of 1), setter-shielded (1 of 1), process-field (1 of 1), anyone-writes (1 of 1), check-at-set (1 of 1), keeps-on-failure (1 of 1)
        -: eclone, ns_last_pid, ns_last_pid-locked, clone3, timer-ids, create-and-delete

      foreign-writer, general use
        ok: with_id, procfs, setter, indirect, eclone, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: procfs-v1 (28 of 220), procfs-v2 (28 of 220), procfs-july (37 of 715), anyone-writes (37 of 715), ns_last_pid (560 of 22880), ns_last_pid-locked (560 of 22880), next_id (28 of 220)
        -: create-and-delete

      inherited-descriptor, restarter
        ok: with_id, procfs, setter, indirect, eclone, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: procfs-v1 (16 of 56), procfs-v2 (16 of 56), procfs-july (21 of 126), anyone-writes (21 of 126), ns_last_pid (192 of 1584), ns_last_pid-locked (192 of 1584), next_id (16 of 56)
        -: create-and-delete

      passed-descriptor, general use
        ok: with_id, procfs, setter, indirect, eclone, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, check-at-set, keeps-on-failure, clone3, change-id
        FAIL: procfs-v1 (16 of 56), procfs-v2 (16 of 56), procfs-july (21 of 126), anyone-writes (21 of 126), ns_last_pid (192 of 1584), ns_last_pid-locked (192 of 1584), next_id (16 of 56)
        -: timer-ids, create-and-delete

      set-uid-standard-error, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, check-at-set, keeps-on-failure, next_id, clone3, change-id
        FAIL: procfs-v2 (1 of 1), procfs-july (1 of 1), anyone-writes (1 of 1), ns_last_pid (2 of 2), ns_last_pid-locked (2 of 2)
        -: timer-ids, create-and-delete

      tid-reuse, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure, clone3, timer-ids, change-id
        FAIL: ns_last_pid (192 of 1584), ns_last_pid-locked (192 of 1584), next_id (16 of 56)
        -: create-and-delete

      linearizable-apart, restarter
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, anyone-writes, check-at-set, keeps-on-failure, clone3
        FAIL: process-field (110 of 330), ns_last_pid (494208 of 1384416), ns_last_pid-locked (4749888 of 14208480), next_id (184 of 560), change-id (40 of 56)
        -: timer-ids, create-and-delete

      linearizable-one-id, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, anyone-writes, check-at-set, keeps-on-failure, clone3, change-id
        FAIL: procfs-v1 (10400600 of 10400600), process-field (2450 of 3432), ns_last_pid (~100 of 100), ns_last_pid-locked (26939910888 of 26939910888), next_id (10400600 of 10400600)
        -: timer-ids, create-and-delete

      linearizable-taken, general use
        ok: with_id, procfs, setter, indirect, eclone, procfs-v1, procfs-v2, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, anyone-writes, check-at-set, keeps-on-failure, clone3
        FAIL: process-field (110 of 330), ns_last_pid (1384416 of 1384416), ns_last_pid-locked (14208480 of 14208480), next_id (560 of 560), change-id (120 of 120)
        -: timer-ids, create-and-delete

      linearizable-state, restarter
        ok: with_id, procfs, setter, indirect, procfs-july, setter-july, setter-shielded, indirect-v1, indirect-v5, process-field, anyone-writes, check-at-set, keeps-on-failure
        -: eclone, procfs-v1, procfs-v2, ns_last_pid, ns_last_pid-locked, next_id, clone3, timer-ids, create-and-delete, change-id

      library-fork, restarter
        -: with_id, indirect, eclone, indirect-v1, indirect-v5, next_id, clone3, timer-ids, create-and-delete, change-id
        ok: procfs, setter, procfs-v1, procfs-v2, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked
        FAIL: procfs-july (7 of 7), setter-july (5 of 5)

      library-msgget, restarter
        -: with_id, indirect, eclone, indirect-v1, indirect-v5, ns_last_pid, ns_last_pid-locked, clone3, timer-ids, create-and-delete, change-id
        ok: procfs, setter, procfs-v1, procfs-v2, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, next_id
        FAIL: procfs-july (1 of 1), setter-july (1 of 1)

      library-thread, restarter
        -: with_id, indirect, eclone, indirect-v1, indirect-v5, next_id, clone3, timer-ids, create-and-delete, change-id
        ok: procfs, setter, setter-shielded, process-field, anyone-writes, check-at-set, keeps-on-failure, ns_last_pid, ns_last_pid-locked
        FAIL: procfs-v1 (2 of 2), procfs-v2 (2 of 2), procfs-july (4 of 4), setter-july (2 of 2)"
    `);
  });

  it('have names of their own, and tasks with names that schedules can have', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    for (const { tasks } of scenarios) {
      const names = tasks.map(({ name }) => name);
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
    const trial = scenarioTrial(scenario, MAX_STATES);
    expect([trial.passes(mutant.base), trial.passes(mutant.strategy)]).toEqual([true, false]);
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
