// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { RealRestores } from '../schema/restores.ts';
import { renderSections } from '../text.ts';
import { realRestoreSection } from './real-restores.ts';

type Run = Extract<RealRestores, { kind: 'run' }>;
type Restore = Run['restores'][number];
type Row = Restore['rows'][number];

/** A task costs `us` microseconds, a quarter of them in each stage. */
const row = (way: string, workers: number, tasks: number, us: number): Row => ({
  way,
  workers,
  directed: tasks,
  end: { kind: 'restored', fields: 9 * tasks },
  times: {
    runs: 5,
    whole: { median: us * tasks * 1000, min: us * tasks * 900, max: us * tasks * 1200 },
    stages: ['forked', 'joined', 'reaped', 'restored'].map((name, index) => ({
      name,
      ns: ((index + 1) * us * tasks * 1000) / 4,
    })),
    goneNs: us * tasks * 400,
  },
});

const restore = (tasks: number, rows: readonly Row[]): Restore => ({
  capture: `${tasks} tasks`,
  source: 'generated',
  tasks,
  threads: 2,
  objects: 1,
  left: 5,
  rows: [...rows],
});

const RUN: Run = {
  kind: 'run',
  restores: [
    restore(100, [row('clone3', 1, 100, 200), row('ns_last_pid-locked', 1, 100, 220)]),
    restore(1000, [
      row('clone3', 1, 1000, 210),
      row('ns_last_pid-locked', 1, 1000, 600),
      {
        ...row('clone3', 2, 1000, 1),
        end: {
          kind: 'different',
          difference: { place: 'tasks[7]', captured: '8', restored: 'missing' },
        },
        times: null,
      },
      {
        ...row('clone3', 4, 1000, 1),
        end: { kind: 'not run', reason: 'pid_max is 300, and there is a 301' },
        times: null,
      },
    ]),
  ],
  criu: {
    ...{ kind: 'run', version: '4.1.1', capture: '100 tasks' },
    end: { kind: 'restored', fields: 150 },
    ns: [5e8, 4e8, 6e8],
  },
  nextId: { runs: 10, failed: 4, first: 'msgget of worker 1 gave 0, where 7 was to come' },
};

const printed = (restores: RealRestores): string => renderSections([realRestoreSection(restores)]);

describe('the section of real restores', () => {
  it('has the figures, what failed and why, and whether the cost a task is flat', () => {
    expect(printed(RUN)).toMatchInlineSnapshot(`
      "
      H3  A RESTORE FOR REAL                                        lane: host
        The restart's own programs, recorded as tapes and played by real
        tasks, which fork each other with the numbers that were captured. The
        tree that stands in the end is captured and compared field by field.
        Pids by set_tid of clone3, or by ns_last_pid, the file locked from the
        write to the fork; ids of IPC objects by next_id, descriptors kept.
        100 tasks (generated): 100 tasks, 2 threads beside the leaders, 1 IPC
        object. Restored without 5 fields of state of IPC objects, which no
        call of mainline sets.
        way                 w  fields  runs    ms  least-most  us/task  gone
        clone3              1     900     5  20.0   18.0-24.0      200   8.0
        ns_last_pid-locked  1     900     5  22.0   19.8-26.4      220   8.8
        1000 tasks (generated): 1000 tasks, 2 threads beside the leaders, 1
        IPC object. Restored without 5 fields of state of IPC objects, which
        no call of mainline sets.
        way                 w  fields  runs   ms  least-most  us/task  gone
        clone3              1    9000     5  210     189-252      210  84.0
        ns_last_pid-locked  1    9000     5  600     540-720      600   240
        By clone3 with 2: DIFFERS: tasks[7] is missing, was 8.
        By clone3 with 4: not run: pid_max is 300, and there is a 301.
        w: workers, threads of each task that fork its children at once.
        fields: compared, and all equal. runs: in fresh namespaces, the first
        of which is verified. ms: from before the first fork to when all had
        arrived, median and least to most. gone: until the tree was no more.
        By clone3 with 1 worker a task costs 200 of 100, 210 of 1000 (us, of
        so many tasks): flat within 5 %.
        By ns_last_pid-locked with 1 worker a task costs 220 of 100, 600 of
        1000 (us, of so many tasks): NOT FLAT; what grew most is the part
        until all have forked.
        CRIU 4.1.1, which dumped 100 tasks, restores it in 500 ms (400-600 of
        3 runs), where the calls that fork and make take 20.0: 150 fields, all
        equal. That is the whole command, which starts, probes the kernel and
        brings back memory, files, sockets and credentials too: it says how
        small a part the asking for ids is, and not that CRIU is slow. It runs
        without hardware breakpoints, which not every machine delivers.
        The control: two threads restore the objects of one namespace at once
        by next_id, a hint that they share without a lock, which the model
        sees failing (T3 has who does not). Here 4 of 10 runs failed; the
        first: msgget of worker 1 gave 0, where 7 was to come.
      "
    `);
  });

  it('says why it was not run', () => {
    const text = printed({ kind: 'not run', reason: 'cc: there is no such C compiler' });
    expect(text).toContain('Not run: cc: there is no such C compiler.');
  });

  it('says so loudly where the control is not seen failing', () => {
    const text = printed({ ...RUN, nextId: { runs: 10, failed: 0, first: null } });
    expect(text).toContain('Here NONE of 10 runs failed.');
  });
});
