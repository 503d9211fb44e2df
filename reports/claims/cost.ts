// SPDX-License-Identifier: MIT
/** Claims about what a design adds to a kernel and takes to use. */
import { DIRECTABLE } from '../../core/kernel/directed.ts';
import { type Asked, notYet } from './claim.ts';

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
          `${syscalls.length} new calls direct ${DIRECTABLE.length}; ` +
          `procfs adds ${procfs}, setter ${setter}, indirect ${indirect} (N)`,
      };
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
        `sizeof task_struct, tasks a slab; fields of with_id ${fields[0]}, procfs ${fields[1]} (N)`,
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
    number: 9,
    who: 'Derbey',
    claim: 'sys_indirect has the same drawback, a field in the task',
    judge(evidence) {
      const fields = ['indirect-v5', 'indirect'].flatMap((name) => evidence.strategy(name).fields);
      const both = ['indirect-v5', 'indirect'].every(
        (name) => evidence.strategy(name).fields.length > 0,
      );
      return {
        verdict: both ? 'supported' : 'refuted',
        form: 'both',
        lanes: ['static'],
        evidence: both ? `it adds ${[...new Set(fields)].join(', ')} (N)` : 'one form adds none',
      };
    },
  },
  {
    number: 13,
    who: 'Derbey',
    claim: 'with a field it is much easier to change existing calls',
    judge: () =>
      notYet(
        ['guest'],
        'lines of patch for one more call, design by design; in the model timer_create took ' +
          'with_id a call of its own, the others a question asked in it',
      ),
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
    number: 16,
    who: 'Derbey',
    claim: 'at restart the overhead is "not that important"',
    judge(evidence) {
      const [withId, setter, procfs] = ['with_id', 'setter', 'procfs'].map((name) =>
        evidence.restartEntries(name),
      );
      return notYet(
        ['host', 'guest'],
        'its share of a restart; so far the largest restart enters the kernel ' +
          `${withId} times by with_id, ${setter} by setter, ${procfs} by procfs (T3)`,
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
          `proxies: ${calls.join(' against ')} system call numbers; a directed msgget copies ` +
          `${bytes.join(' against ')} bytes from user memory (T1)`,
      };
    },
  },
];
