// SPDX-License-Identifier: MIT
/** What a reader might miss, and why it is not there. */
import type { Section } from '../document.ts';
import type { Measured, Result } from '../result.ts';

export function notMeasured(
  conformance: Result['conformance'],
  { races, strategies }: Pick<Measured, 'races' | 'strategies'>,
): Section {
  const raced = new Set(races.map(({ strategy }) => strategy));
  const unraced = strategies.map(({ name }) => name).filter((name) => !raced.has(name));
  return {
    title: 'NOT MEASURED, AND WHY',
    lane: null,
    blocks: [
      {
        kind: 'points',
        points: [
          [
            'host',
            'no design of the thread as it was proposed, only relatives in stock kernels: their ' +
              'behaviour (C), their races (H1), their time in warm loops on one CPU (H2), and a ' +
              'restore (H3). Free runs leave out handlers, set-ups and exec; a restore leaves out ' +
              'the state of IPC objects, memory and files. Cold caches are not timed.',
          ],
          [
            'guest',
            'instructions, bytes and lines (I), and no time: no caches, no TLB, no mispredicted ' +
              'branches. The same rows in nanoseconds, by a guest with hardware virtualisation, were ' +
              'not tried, as no machine of ours has it. How the patched kernels behave is asked by ' +
              '`sideband linux run`.',
          ],
          ['model', model(conformance, new Set(races.map(({ scenario }) => scenario)).size)],
          ...(races.length === 0 || unraced.length === 0
            ? []
            : [['races', notRaced(unraced)] as [string, string]]),
        ],
      },
    ],
  };
}

function model(conformance: Result['conformance'], scenarios: number): string {
  const checked =
    conformance.kind === 'run' && conformance.mismatch === null
      ? `agreed with the kernel below in ${conformance.calls} calls (C)`
      : 'were not confirmed by the kernel below (C)';
  return (
    `its rules follow the Linux sources that each file names, and ${checked}, as far as generated ` +
    'scripts reach; what the designs add to a kernel no stock kernel can confirm. Another CPU comes ' +
    'in where the model says that it may, between steps; memory is sequentially consistent. ' +
    `Verdicts are of ${scenarios} scenarios, at the sizes that S gives: what more tasks, longer ` +
    'programs or hazards that nobody thought of would show is not in them. Nor are caches, the TLB ' +
    'and time.'
  );
}

const notRaced = (names: readonly string[]): string =>
  `none of ${names.join(', ')}: who tries until the id comes up makes no directed call that could ` +
  'be judged, and hands over no value that could be lost or misdelivered.';
