// SPDX-License-Identifier: MIT
/** Claims about what a design adds to a kernel and takes to use. */
import { DIRECTABLE } from '../../core/kernel/directed.ts';
import { allAdded, kernelIn, type Which } from '../costs.ts';
import type { Asked } from './claim.ts';
import { found, LeftOut } from './evidence.ts';

/** Of a restart: what nobody would call important. */
const LITTLE = 0.05;

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
      const costs = evidence.costs();
      const task = (built: Which['built']) => found(kernelIn(costs, { built })).sizes.task;
      const none = task('none');
      const [withId, procfs] = [task('with_id'), task('procfs')];
      const slab = (built: Which['built']) =>
        found(kernelIn(costs, { built })?.slabs.qemu64).objects;
      const grew = procfs.size - none.size;
      return {
        verdict: grew > 0 ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['guest'],
        evidence:
          `task_struct goes from ${none.size} to ${procfs.size} bytes, of which ` +
          `${procfs.members - none.members} are the field and the rest is alignment; with_id adds ` +
          `${withId.size - none.size}. A slab has ${slab('procfs')} tasks, without it ` +
          `${slab('none')} (I6)`,
      };
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
      const { nextCall } = evidence.costs().patches;
      const [withId, procfs, setter, indirect] = [
        nextCall.own.with_id,
        nextCall.own.procfs,
        nextCall.own.setter,
        nextCall.own.indirect,
      ].map(allAdded);
      if (withId === undefined || procfs === undefined) throw new LeftOut();
      return {
        verdict: procfs < withId ? 'supported' : 'refuted',
        form: 'best form',
        lanes: ['guest'],
        evidence:
          `timer_create, really converted: by with_id ${withId} lines and a number, by procfs ` +
          `${procfs}, setter ${setter}, indirect ${indirect} lines and none (I7)`,
      };
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
      const restarts = evidence.costs().kernels.flatMap((kernel) => kernel.restarts);
      const capture = restarts.reduce<(typeof restarts)[number] | null>(
        (most, one) => (most === null || one.tasks > most.tasks ? one : most),
        null,
      );
      const rows = restarts.filter((one) => one.capture === capture?.capture);
      if (rows.length === 0) throw new LeftOut();
      const least = Math.min(...rows.map(({ instructions }) => instructions));
      const share = ({ instructions }: (typeof rows)[number]) => (instructions - least) / least;
      const said = rows.map((row) => `${row.by} ${(100 * share(row)).toFixed(1)} %`);
      const most = Math.max(...rows.map(share));
      return {
        verdict: most < LITTLE ? 'supported' : 'depends',
        form: 'best form',
        lanes: ['guest'],
        evidence:
          `what a restart of ${capture?.capture} takes in instructions beyond the one that takes ` +
          `least: ${said.join(', ')} (I5). What mainline's relatives take of the time of a real ` +
          'restore is in H2',
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
          `proxies: ${calls.join(' against ')} system call numbers (N); a directed msgget copies ` +
          `${bytes.join(' against ')} bytes from user memory (T1)`,
      };
    },
  },
];
