// SPDX-License-Identifier: MIT
/** What is said of a patched kernel, and which exit code that is. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type GuestResult, GuestSchema } from '../reports/schema/guest.ts';
import { guestSections } from '../reports/sections/guest.ts';
import { renderSections } from '../reports/text.ts';
import { guestExit } from './linux-guest.ts';

const schedule = (strategy: string, failing: number) => ({
  ...{ scenario: 'threads-ask-at-once', strategy, interleavings: '70', replayed: 6, isAll: true },
  ...{ mismatches: 0, firstMismatch: null, failing },
});

const RUN: GuestResult = {
  ...{ linux: '6.1.176', key: 'abcd', built: ['setter', 'process-field'], bootMs: 812 },
  conformance: [
    {
      ...{ design: 'setter', seed: 7, scripts: 30, calls: 500 },
      ...{ ends: { EINVAL: 20, success: 100 }, mismatch: null },
    },
  ],
  schedules: [schedule('setter', 0), schedule('process-field', 4)],
  world: [
    { question: 'a directed msgget', design: 'with_id', answer: 'as wanted' },
    { question: 'a directed msgget', design: 'procfs', answer: 'as wanted' },
    { question: 'in a chroot without /proc', design: 'procfs', answer: 'ENOENT' },
  ],
  observed: {
    ...{ kind: 'run', seed: 7, cpus: 2, leftOut: [] },
    rows: [
      {
        ...{ scenario: 'threads-ask-at-once', strategy: 'setter', allowed: 2, seen: 2 },
        byMode: [{ mode: 'apart', runs: 100, failing: 0 }],
        ...{ outside: 0, firstOutside: null, interleavings: '70', failing: '0' },
      },
    ],
  },
};

const differing = ['1. task 0: getpid()', '     linux  7', '     model  8   <-- differs'];
const [first] = RUN.conformance;
const [row] = RUN.observed.kind === 'run' ? RUN.observed.rows : [];
if (first === undefined || row === undefined) throw new Error('a run without rows');

describe('the exit code of a run in a guest', () => {
  it('is 0 where all is as it should be', () => {
    expect(v.is(GuestSchema, RUN)).toBe(true);
    expect(guestExit(RUN)).toBe(0);
  });

  it('is 1 where a program, a schedule or a free run differs', () => {
    expect(guestExit({ ...RUN, conformance: [{ ...first, mismatch: differing }] })).toBe(1);
    const [setter, control] = RUN.schedules;
    if (setter === undefined || control === undefined) throw new Error('no schedules');
    expect(guestExit({ ...RUN, schedules: [{ ...setter, mismatches: 1 }, control] })).toBe(1);
    const outside = { ...row, outside: 1, firstOutside: ['A: its calls returned 3'] };
    expect(guestExit({ ...RUN, observed: { ...RUN.observed, rows: [outside] } as never })).toBe(1);
  });

  it('is 1 where the control is built in and is not seen failing', () => {
    const unseen = [schedule('setter', 0), schedule('process-field', 0)];
    expect(guestExit({ ...RUN, schedules: unseen })).toBe(1);
    expect(guestExit({ ...RUN, built: ['setter'], schedules: [schedule('setter', 0)] })).toBe(0);
  });
});

it('the text of a run has every figure, and both answers where something differs', () => {
  expect(renderSections(guestSections(RUN))).toMatchInlineSnapshot(`
    "
    G1  THE DESIGNS INSIDE LINUX                                 lane: guest
      Linux 6.1.176 with linux/patches, setter, process-field built in (key
      abcd), under QEMU; with one CPU its first answer came after 0.8 s.
      Generated programs ask by each design's own caller halves, whole, only
      asking, or with something wrong; the model runs them with the same
      design. Compared is what table C compares on the host.
      design  calls  programs  differ  its own calls
      setter    500        30       0  success 100, EINVAL 20
      its own calls: how those ended that the design adds, or, of a file,
      the writes. programs that differ: none.

    G2  SCHEDULES, CALL BY CALL                                  lane: guest
      Schedules: the orders of system calls that the model finds in a
      scenario, each made on this patched kernel, by what is built into it.
      Where the model sees a race, it should happen here in the same orders.
      scenario             by             orders  differ  failing
      threads-ask-at-once  setter              6       0        0
                           process-field       6       0        4
      failing: orders that end badly here, as they do on the model. Of 12
      orders none differs and 4 fail. The model has 140 interleavings of the
      same runs. The others differ from these orders inside of calls, where
      none can be imposed on a kernel, so that one in 12 was seen here.

    G3  OBSERVED WITHIN ALLOWED                                  lane: guest
      Scenarios of several threads, run freely by real ones 100 times (seed
      7) on this kernel: no run ended as the explorer does not allow, and 2
      of the 2 ways to end that it allows were seen. Where the model can
      fail, threads failed here too: in 0 of 0 rows.
      scenario             by      runs  seen  outside  failing  model
      threads-ask-at-once  setter   100   2/2        0        0      0
      seen: ways to end, by all that the calls of each thread returned, of
      those that the explorer allows. failing: runs that the rule of the
      scenario rejects; model: the share of interleavings that it rejects,
      which is a number of orders and no probability. Each run has fresh
      namespaces and tasks, whose processes share their memory; threads
      start together and are held up at random, a CPU each, in equal parts
      (2 CPUs).

    G4  THE WORLD AROUND                                         lane: guest
      One directed call of each design, tried in a guest by programs that do
      nothing else. Calls go by their numbers: 1 write, 56 clone, 68 msgget,
      257 openat, 3 close; those from 451 on are of the patches.
      question                   design   answer
      a directed msgget          with_id  as wanted
                                 procfs   as wanted
      in a chroot without /proc  procfs   ENOENT
    "
  `);
  const text = renderSections(
    guestSections({ ...RUN, conformance: [{ ...first, mismatch: differing }], world: null }),
  );
  expect(text).toContain('setter DIFFERS:');
  expect(text).toContain('model  8   <-- differs');
  expect(text).not.toContain('G4');
});
