// SPDX-License-Identifier: MIT
/** Claims about what a design adds to a kernel and takes to use. */
import { DIRECTABLE } from '../../core/kernel/directed.ts';
import { type Asked, notYet } from './claim.ts';
import { LeftOut } from './evidence.ts';

export const COST: readonly Asked[] = [
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
          `${syscalls.length} new calls direct ${DIRECTABLE.length} that there are; ` +
          `procfs adds ${procfs}, setter ${setter}, indirect ${indirect} (N)`,
      };
    },
  },
  {
    number: 3,
    who: 'Machek',
    claim: 'procfs bloats task_struct',
    judge(evidence) {
      const [withId, procfs] = ['with_id', 'procfs'].map(
        (name) => evidence.strategy(name).fields.length,
      );
      return notYet(
        ['guest'],
        'sizeof task_struct, and how many tasks a slab holds; so far with_id adds ' +
          `${withId} fields and procfs ${procfs} (N)`,
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
          `proxies: a directed msgget takes ${entries} kernel entries, ${components} path ` +
          `components, ${fdOps} descriptor operations and ${parsed} bytes of text to parse (T1)`,
      };
    },
  },
  {
    number: 9,
    who: 'Derbey',
    claim: 'sys_indirect has the same drawback, a field in the task',
    judge(evidence) {
      const [posted = [], best = []] = ['indirect-v5', 'indirect'].map(
        (name) => evidence.strategy(name).fields,
      );
      const [p, b] = [posted.length > 0, best.length > 0];
      const adds = (fields: readonly string[]) => fields.join(', ') || 'none';
      return {
        verdict: p && b ? 'supported' : p || b ? 'depends' : 'refuted',
        form: 'both',
        lanes: ['static'],
        evidence:
          `fields that it adds: as posted (v5) ${adds(posted)}, in the best form ${adds(best)} ` +
          '(N). A variant that hands its parameters down the stack was not built',
      };
    },
  },
  {
    number: 13,
    who: 'Derbey',
    claim: 'with a field it is much easier to change existing calls',
    judge(evidence) {
      const takes = ['with_id', 'procfs', 'setter', 'indirect'].map((name) => {
        const { rubric } = evidence.strategy(name);
        if (rubric === null) throw new LeftOut();
        return `${name}: ${rubric.nextCall}`;
      });
      return notYet(
        ['guest'],
        `lines of patch for one more call; so far what it takes is read, ${takes.join('; ')} (N)`,
      );
    },
  },
  {
    number: 14,
    who: 'Derbey',
    claim: 'the setter is an indirect in two passes, two calls for one',
    judge(evidence) {
      const [setter, indirect] = ['setter', 'indirect'].map((by) => evidence.entries(by).join());
      return {
        verdict: setter === '2' && indirect === '1' ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['model'],
        evidence:
          `kernel entries of each directed call that is counted: setter ${setter}, indirect ` +
          `${indirect} (T1)`,
      };
    },
  },
  {
    number: 16,
    who: 'Derbey',
    claim: 'at restart the overhead is "not that important"',
    judge(evidence) {
      const entries = ['with_id', 'setter', 'procfs'].map(
        (by) => `by ${by} ${evidence.largestRestart(by).row.ledger.entries} times`,
      );
      const { capture, tasks } = evidence.largestRestart('with_id').table;
      return notYet(
        ['guest'],
        `its share of a restart; so far that of ${capture}, ${tasks} tasks, enters the kernel ` +
          `${entries.join(', ')} (T3), and what mainline's relatives take of a real restore is in H2`,
      );
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
          `proxies: ${calls.join(' against ')} system call numbers (N); a directed msgget copies ` +
          `${bytes.join(' against ')} bytes from user memory (T1)`,
      };
    },
  },
];
