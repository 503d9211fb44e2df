// SPDX-License-Identifier: MIT
/** Claims that the scenarios answer: what can come between, and what a rule does not cover. */
import type { Design } from '../../core/kernel/strategy.ts';
import { allAdded } from '../costs.ts';
import { share } from '../hazards.ts';
import { listed } from '../words.ts';
import { type Asked, notYet } from './claim.ts';
import type { Evidence } from './evidence.ts';

const AT_ONCE = 'threads-ask-at-once';
const FILTER = 'filter-slipped-past';

/** Of these, those that a strategy fails. */
const failedOf = (evidence: Evidence, strategy: string, scenarios: readonly string[]): string[] =>
  scenarios.filter((scenario) => !evidence.holds(scenario, strategy));

export const HAZARDS: readonly Asked[] = [
  {
    number: 2,
    who: 'Machek',
    claim: 'with_id is better than a procfs field',
    judge(evidence) {
      const both = ['with_id', 'procfs'];
      const [all, inRestarter] = [
        both.map((by) => share(evidence.hazards(by))),
        both.map((by) => evidence.hazards(by, 'restarter').failed.length),
      ];
      const entries = both.map((by) => evidence.directed('msgget', by).entries);
      const calls = both.map((by) => evidence.strategy(by).syscalls.length);
      const virtues = both.map((by) => evidence.virtues(by)).map((v) => v.asked - v.failed.length);
      return {
        verdict: 'depends',
        form: 'best form',
        lanes: ['model', 'static'],
        evidence:
          `by hazards that it fails: ${all.join(' against ')}, in a restarter ` +
          `${inRestarter.join(' against ')} (S); by kernel entries of a directed msgget ` +
          `${entries.join(' against ')} (T1); by new call numbers ${calls.join(' against ')} (N); ` +
          `by kinds of unchanged code that it directs ${virtues.join(' against ')} (S). ` +
          'Instructions are in I1',
      };
    },
  },
  {
    number: 5,
    who: 'Derbey',
    claim: 'a file for each thread avoids races between threads of a process',
    judge(evidence) {
      const between = ['bystander-thread', AT_ONCE];
      const forms = ['procfs-v2', 'procfs-july', 'procfs'];
      if (evidence.holds(AT_ONCE, 'procfs-v1')) {
        return notYet(
          ['model'],
          'one file for the process did not fail: the scenario shows nothing',
        );
      }
      const racing = forms.filter((form) => failedOf(evidence, form, between).length > 0);
      const one = evidence.race(AT_ONCE, 'procfs-v1');
      const others = ['handler-creates', 'library-call-between', 'foreign-writer'];
      const open = (form: string) =>
        listed(failedOf(evidence, form, others)) || `none of ${listed(others)}`;
      return {
        verdict: racing.length === 0 ? 'supported' : 'refuted',
        form: 'both',
        lanes: ['model'],
        evidence:
          (racing.length === 0
            ? `${listed(forms)} hold in every interleaving of ${listed(between)}, where one file ` +
              `for the process (procfs-v1) fails ${one.failing} of ${one.interleavings}`
            : `${listed(racing)} fail ${listed(between)}`) +
          '. What else can come between is no race of threads, and not avoided: the best form fails ' +
          `${open('procfs')}, that of July ${open('procfs-july')} (S)`,
      };
    },
  },
  {
    number: 6,
    who: 'Machek',
    claim: 'sys_indirect is slightly less ugly',
    judge(evidence) {
      const [indirect, procfs] = [evidence.hazards('indirect'), evidence.hazards('procfs')];
      return {
        verdict: 'not a question of fact',
        form: 'best form',
        lanes: ['model', 'literature'],
        evidence:
          `proxies: of the hazards it fails ${share(indirect)}, procfs ${share(procfs)} (S); ` +
          `"a horrible kluge" to Anvin (2007); its patches have ${linesOf(evidence, 'indirect')} lines, ` +
          `those of procfs ${linesOf(evidence, 'procfs')} (I6)`,
      };
    },
  },
  {
    number: 15,
    who: 'Derbey',
    claim: 'the setter is much simpler than indirect',
    judge(evidence) {
      const states = ['setter', 'indirect'].map((name) => evidence.race(AT_ONCE, name).states);
      const [setter, indirect] = [evidence.hazards('setter'), evidence.hazards('indirect')];
      const known =
        `in ${AT_ONCE} it reaches ${states.join(' states, indirect ')}, and of the hazards it ` +
        `fails ${share(setter)}, indirect ${share(indirect)} (S)`;
      const lines = ['setter', 'indirect'] as const;
      const [one = 0, other = 0] = lines.map((name) => linesOf(evidence, name));
      // What is simpler to write may be harder to use.
      const isSafe = setter.failed.length <= indirect.failed.length;
      const isShort = one < other;
      return {
        verdict: isSafe && isShort ? 'supported' : isSafe || isShort ? 'depends' : 'refuted',
        form: 'best form',
        lanes: ['model', 'guest'],
        evidence: `to write: ${one} lines of patch against ${other} (I6). In what can happen: ${known}`,
      };
    },
  },
  {
    number: 17,
    who: 'Derbey',
    claim: '"the next syscall to be called" is rule enough',
    judge(evidence) {
      const pairs = [
        ['procfs-july', 'procfs'],
        ['setter-july', 'setter'],
      ] as const;
      // What both forms of July have in common is the rule, and a value without a tag.
      const all = pairs
        .map(([july, best]) => evidence.askedOfBoth(july, best))
        .reduce((ours, theirs) => ours.filter((name) => theirs.includes(name)));
      const only = (fail: 0 | 1, hold: 0 | 1): string[] =>
        all.filter((scenario) =>
          pairs.every(
            (pair) => !evidence.holds(scenario, pair[fail]) && evidence.holds(scenario, pair[hold]),
          ),
        );
      const [lost, saved] = [only(0, 1), only(1, 0)];
      const isLost = pairs.every(([july]) => !evidence.holds('any-call-between', july));
      return {
        verdict: isLost ? 'refuted' : 'supported',
        form: 'as posted',
        lanes: ['model'],
        evidence:
          `${isLost ? 'a getpid in between loses the value (any-call-between)' : 'other calls in between lose no value'}. ` +
          `Of ${all.length} scenarios procfs and setter of July both fail ${lost.length} that their ` +
          'best forms hold, where the value waits for a call that understands it, such as ' +
          `${listed(lost.filter((name) => name !== 'any-call-between'))}; ${saved.length} are the ` +
          `other way round: ${listed(saved) || 'none'} (S)`,
      };
    },
  },
  {
    number: 20,
    who: 'Anvin 2007',
    claim: 'sys_indirect is yet another ad hoc calling convention',
    judge(evidence) {
      const [posted, best] = ['indirect-v5', 'indirect'].map((by) => evidence.holds(FILTER, by));
      const withId = evidence.holds(FILTER, 'with_id');
      const entryPaths = `its patches have ${linesOf(evidence, 'indirect')} lines (I6)`;
      if (posted === true)
        return notYet(['guest'], `a filter sees the wrapped call (S); ${entryPaths}`);
      return {
        verdict: best === true ? 'depends' : 'supported',
        form: 'both',
        lanes: ['model', 'literature'],
        evidence:
          'as posted (v5) it is one that filters do not know: a call that is refused as such gets ' +
          `through when it is wrapped (${FILTER}, S)` +
          `${withId ? '' : ', as it does by the new numbers of with_id'}; in the best form ` +
          `${best === true ? 'the kernel asks the filter again, and it does not' : 'it does as well'}. ` +
          `The convention itself is no question of fact; ${entryPaths}`,
      };
    },
  },
  {
    number: 21,
    who: 'Drepper 2007',
    claim: 'v1 of sys_indirect needs no check of the call',
    judge(evidence) {
      const told = 'call-that-can-not';
      const holds = evidence.holds(told, 'indirect-v1');
      const others = ['indirect-v5', 'indirect'].filter((by) => evidence.holds(told, by));
      return {
        verdict: holds ? 'supported' : 'refuted',
        form: 'as posted',
        lanes: ['model'],
        evidence: holds
          ? `a call that can not be directed is refused also by v1 (${told}, S)`
          : 'a call that can not be directed succeeds, its parameters are ignored, and nobody is ' +
            `told (${told}, S); it is refused by ${listed(others) || 'no other form'}`,
      };
    },
  },
];

/** Lines that a design's patches add, beside the groundwork. */
const linesOf = (evidence: Evidence, design: Design): number =>
  allAdded(evidence.costs().patches.own[design]);
