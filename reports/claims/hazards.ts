// SPDX-License-Identifier: MIT
/** Claims that the scenarios answer: what can come between, and what a rule does not cover. */
import { type Asked, type Judgement, listed, notYet } from './claim.ts';
import type { Evidence, Hazards } from './evidence.ts';

const AT_ONCE = 'threads-ask-at-once';

const CUT_SHORT = notYet(['model'], 'the exploration was cut short (S)');

const share = ({ failed, asked }: Hazards): string => `${failed.length} of ${asked}`;

export const HAZARDS: readonly Asked[] = [
  {
    number: 2,
    who: 'Machek',
    claim: 'with_id is better than a procfs field',
    judge(evidence) {
      const [withId, procfs] = [evidence.hazards('with_id'), evidence.hazards('procfs')];
      const entries = ['with_id', 'procfs'].map((by) => evidence.directed('msgget', by).entries);
      const calls = ['with_id', 'procfs'].map((by) => evidence.strategy(by).syscalls.length);
      const virtues = evidence.virtues('procfs');
      return {
        verdict: 'depends',
        form: 'best form',
        lanes: ['model', 'static'],
        evidence:
          `by hazards: with_id fails ${share(withId)}, procfs ${share(procfs)}, ` +
          `${procfs.inRestarter.length} of them in a restarter (S); by kernel entries ` +
          `${entries.join(' against ')} (T1); by new call numbers ${calls.join(' against ')} (N); ` +
          `procfs directs code that was never changed in ${virtues.length} ways, with_id in none ` +
          '(S). Instructions and nanoseconds are for guest and host',
      };
    },
  },
  {
    number: 5,
    who: 'Derbey',
    claim: 'a file for each thread avoids races between threads of a process',
    judge(evidence) {
      const perThread = evidence.holds(AT_ONCE, 'procfs');
      const perProcess = evidence.holds(AT_ONCE, 'procfs-v1');
      if (perThread === null || perProcess === null) return CUT_SHORT;
      if (perThread && perProcess) {
        return notYet(['model'], 'the file of April 2008 did not fail: the scenario shows nothing');
      }
      const { failed } = evidence.hazards('procfs');
      return {
        verdict: perThread ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence: perThread
          ? 'holds in every interleaving of two threads, where one file for the process fails (S). ' +
            `It is not all that can come between: ${failed.length === 0 ? 'nothing else fails' : `${listed(failed)} fail`}`
          : 'fails, see the schedule under S',
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
          `proxies: hazards that are left, ${share(indirect)} against ${share(procfs)} of procfs ` +
          '(S); "a horrible kluge" to Anvin. Lines for each architecture are for guest',
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
      return {
        verdict: setter.failed.length > indirect.failed.length ? 'depends' : 'supported',
        form: 'best form',
        lanes: ['model'],
        evidence:
          `not in what can happen: two threads reach ${states[0]} states against ${states[1]}, and ` +
          `it fails ${share(setter)} hazards against ${share(indirect)} (S); in what is to be ` +
          'written, lines of patch (guest) will say',
      };
    },
  },
  {
    number: 17,
    who: 'Derbey',
    claim: '"the next syscall to be called" is rule enough',
    judge(evidence) {
      const july = evidence.hazards('procfs-july');
      const best = evidence.hazards('procfs');
      const more = july.failed.filter((name) => !best.failed.includes(name));
      return {
        verdict: more.length > 0 ? 'refuted' : 'supported',
        form: 'as posted',
        lanes: ['model'],
        evidence:
          `by that rule ${share(july)} hazards fail, by "the next that understands" ` +
          `${share(best)} (S)${more.length > 0 ? `; more are ${listed(more)}` : ''}`,
      };
    },
  },
  {
    number: 20,
    who: 'Anvin 2007',
    claim: 'sys_indirect is yet another ad hoc calling convention',
    judge: (evidence) =>
      byScenario(evidence, 'filter-slipped-past', (asPosted, best) => ({
        verdict: asPosted ? 'depends' : 'supported',
        form: 'both',
        lanes: ['model', 'literature'],
        evidence: asPosted
          ? 'a filter sees the wrapped call also as posted (S)'
          : 'as posted the wrapped call slips past a filter that refuses it (S); in the best form ' +
            `the kernel checks again, ${best ? 'and it does not' : 'and it still does'}. Entry ` +
            'paths are for guest',
      })),
  },
  {
    number: 21,
    who: 'Drepper 2007',
    claim: 'v1 of sys_indirect needs no check of the call',
    judge(evidence) {
      const holds = evidence.holds('call-that-can-not', 'indirect-v1');
      if (holds === null) return CUT_SHORT;
      return {
        verdict: holds ? 'supported' : 'refuted',
        form: 'as posted',
        lanes: ['model'],
        evidence: holds
          ? 'a call that can not be directed says so also in v1 (S)'
          : 'a call that can not be directed succeeds with its parameters ignored, and the caller ' +
            'is not told (S); v5 and the best form refuse it',
      };
    },
  },
];

/** Judged by whether indirect holds as posted (v5), and in its best form. */
function byScenario(
  evidence: Evidence,
  scenario: string,
  judge: (asPosted: boolean, best: boolean) => Judgement,
): Judgement {
  const [asPosted, best] = ['indirect-v5', 'indirect'].map((name) =>
    evidence.holds(scenario, name),
  );
  if (asPosted === null || best === null) return CUT_SHORT;
  return judge(asPosted === true, best === true);
}
