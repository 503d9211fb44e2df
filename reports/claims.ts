// SPDX-License-Identifier: MIT
/**
 * The claims of the thread of July 2008 and of the one on sys_indirect() before it, each with what
 * can be said of it from what was measured. Verdicts are computed; only those of the lane
 * "literature" are read, in the messages that they name.
 */
import { DIRECTABLE } from '../core/kernel/directed.ts';
import { Evidence, LeftOut } from './evidence.ts';
import type { Claim, Measured } from './result.ts';

type Judgement = Pick<Claim, 'verdict' | 'form' | 'lanes' | 'evidence'>;

const AT_ONCE = 'threads-ask-at-once';

const notYet = (lanes: Claim['lanes'], evidence: string): Judgement => ({
  verdict: 'not measured yet',
  form: 'neither',
  lanes,
  evidence,
});

const read = (verdict: 'supported' | 'depends', evidence: string): Judgement => ({
  verdict,
  form: 'as posted',
  lanes: ['literature'],
  evidence,
});

interface Asked {
  readonly number: number;
  readonly who: string;
  readonly claim: string;
  judge(evidence: Evidence): Judgement;
}

const ASKED: readonly Asked[] = [
  {
    number: 1,
    who: 'Derbey',
    claim: 'with_id requires a new system call each time',
    judge(evidence) {
      const { syscalls } = evidence.strategy('with_id');
      const [procfs, setter, indirect] = ['procfs', 'setter', 'indirect'].map(
        (name) => evidence.strategy(name).syscalls.length,
      );
      return {
        verdict: syscalls.length >= DIRECTABLE.length ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['static'],
        evidence:
          `${syscalls.length} new calls direct ${DIRECTABLE.length}; ` +
          `procfs adds ${procfs}, setter ${setter}, indirect ${indirect}`,
      };
    },
  },
  {
    number: 2,
    who: 'Machek',
    claim: 'with_id is better than a procfs field',
    judge(evidence) {
      const entries = ['with_id', 'procfs'].map((by) => evidence.directed('msgget', by).entries);
      return notYet(
        ['model', 'host', 'guest'],
        'by hazards, instructions and nanoseconds; so far a directed msgget enters the kernel ' +
          `${entries.join(' against ')} times (T1)`,
      );
    },
  },
  {
    number: 3,
    who: 'Machek',
    claim: 'procfs bloats task_struct',
    judge(evidence) {
      const fields = ['with_id', 'procfs'].map((name) => evidence.strategy(name).fields.length);
      return notYet(
        ['guest'],
        `sizeof task_struct, tasks a slab; fields of with_id ${fields[0]}, procfs ${fields[1]}`,
      );
    },
  },
  {
    number: 4,
    who: 'Machek',
    claim: 'the proc file is ugly',
    judge(evidence) {
      const { entries, components, fdOps, parsed } = evidence.directed('msgget', 'procfs');
      return {
        verdict: 'not a question of fact',
        form: 'best form',
        lanes: ['model'],
        evidence:
          `proxies for a directed msgget: ${entries} entries, ${components} path components, ` +
          `${fdOps} descriptor operations, ${parsed} bytes of text parsed (T1)`,
      };
    },
  },
  {
    number: 5,
    who: 'Derbey',
    claim: 'a file for each thread avoids races between threads of a process',
    judge(evidence) {
      const perThread = evidence.holds(AT_ONCE, 'procfs');
      const control = evidence.holds(AT_ONCE, 'process-field');
      const isKnown = perThread !== null && control !== null;
      if (!isKnown) return notYet(['model'], 'the exploration was cut short (S)');
      if (perThread && control) {
        return notYet(['model'], 'the control did not fail, so the scenario shows nothing (S)');
      }
      return {
        verdict: perThread ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence: perThread
          ? 'holds in every interleaving; one field for the process fails (S). Of two threads ' +
            'that ask at once only: signal handlers and foreign writers are not explored yet'
          : 'fails, see the schedule under S',
      };
    },
  },
  {
    number: 6,
    who: 'Machek',
    claim: 'sys_indirect is slightly less ugly',
    judge: () => notYet(['model', 'guest'], 'hazards that are left; lines for each architecture'),
  },
  {
    number: 7,
    who: 'Machek',
    claim: '"we ended up with adding syscalls, too"',
    judge: () =>
      read(
        'supported',
        'Linux 2.6.27 got dup3, pipe2, eventfd2, signalfd4, inotify_init1 and epoll_create1',
      ),
  },
  {
    number: 8,
    who: 'Derbey',
    claim: 'sys_indirect "does exactly what we need here"',
    judge(evidence) {
      const { restored, of } = evidence.restored('indirect');
      return {
        verdict: restored === of ? 'depends' : 'refuted',
        form: 'both',
        lanes: ['literature', 'model'],
        evidence:
          'as posted no: clone could not be called through it (Torvalds, 20 Nov 2007); in the ' +
          `form of today it restored ${restored} of ${of} captures (T3)`,
      };
    },
  },
  {
    number: 9,
    who: 'Derbey',
    claim: 'sys_indirect has the same drawback, a field in the task',
    judge(evidence) {
      const { fields } = evidence.strategy('indirect');
      return {
        verdict: fields.length > 0 ? 'supported' : 'refuted',
        form: 'both',
        lanes: ['static'],
        evidence: fields.length > 0 ? `it adds ${fields.join(', ')}` : 'it adds none',
      };
    },
  },
  {
    number: 10,
    who: 'Derbey',
    claim: 'many found sys_indirect ugly',
    judge: () => read('depends', 'against it Anvin, Garzik, Viro; for it Torvalds and Brown'),
  },
  {
    number: 11,
    who: 'Derbey',
    claim: 'new system calls are "very touchy"',
    judge: () => read('supported', 'eclone: 14 revisions under 4 names, 2009-2010, not merged'),
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
          'captures, pids and System V IPC with its state (T3); no other resource is counted yet',
      };
    },
  },
  {
    number: 13,
    who: 'Derbey',
    claim: 'with a field it is much easier to change existing calls',
    judge: () => notYet(['guest'], 'lines of patch for one more call, design by design'),
  },
  {
    number: 14,
    who: 'Derbey',
    claim: 'the setter is an indirect in two passes, two calls for one',
    judge(evidence) {
      const [setter, indirect] = ['setter', 'indirect'].map(
        (by) => evidence.directed('msgget', by).entries,
      );
      return {
        verdict: setter === 2 && indirect === 1 ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence: `a directed call enters the kernel ${setter} times, by indirect ${indirect} (T1)`,
      };
    },
  },
  {
    number: 15,
    who: 'Derbey',
    claim: 'the setter is much simpler than indirect',
    judge(evidence) {
      const states = ['setter', 'indirect'].map((name) => evidence.race(AT_ONCE, name).states);
      return notYet(
        ['guest', 'model'],
        'lines of patch and hazards; so far two threads reach ' +
          `${states[0]} states by setter, ${states[1]} by indirect (S)`,
      );
    },
  },
  {
    number: 16,
    who: 'Derbey',
    claim: 'at restart the overhead is "not that important"',
    judge(evidence) {
      const [withId, setter, procfs] = ['with_id', 'setter', 'procfs'].map((name) =>
        evidence.restartEntries(name),
      );
      return notYet(
        ['host', 'guest'],
        'its share of a restart; so far the larger restart enters the kernel ' +
          `${withId} times by with_id, ${setter} by setter, ${procfs} by procfs (T3)`,
      );
    },
  },
  {
    number: 17,
    who: 'Derbey',
    claim: '"the next syscall to be called" is rule enough',
    judge: () =>
      notYet(
        ['model'],
        'the rule "any next call" beside "the next that understands"; the designs here are of ' +
          'the second',
      ),
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
  {
    number: 19,
    who: 'Torvalds 2007',
    claim: 'a dozen new calls are not better than one indirect',
    judge(evidence) {
      const calls = ['with_id', 'indirect'].map((name) => evidence.strategy(name).syscalls.length);
      const bytes = ['with_id', 'indirect'].map((by) => evidence.directed('msgget', by).copied);
      return {
        verdict: 'not a question of fact',
        form: 'best form',
        lanes: ['static', 'model'],
        evidence:
          `proxies: ${calls.join(' against ')} system call numbers; a directed msgget copies ` +
          `${bytes.join(' against ')} bytes from user memory (T1)`,
      };
    },
  },
  {
    number: 20,
    who: 'Anvin 2007',
    claim: 'sys_indirect is yet another ad hoc calling convention',
    judge: () => notYet(['model', 'guest'], 'what a seccomp filter sees; entry paths added'),
  },
  {
    number: 21,
    who: 'Drepper 2007',
    claim: 'v1 of sys_indirect needs no check of the call',
    judge: () => notYet(['model'], 'a call that is not listed, with parameters, in that form'),
  },
];

/** All claims, in the numbering of the project. */
export function claims(measured: Measured): Claim[] {
  const evidence = new Evidence(measured);
  return ASKED.map(({ number, who, claim, judge }) => {
    let judgement: Judgement;
    try {
      judgement = judge(evidence);
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      judgement = notYet(['model'], 'this run left out what it rests on; run all of compare');
    }
    return { number, who, claim, ...judgement };
  });
}
