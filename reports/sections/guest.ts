// SPDX-License-Identifier: MIT
/** G: how patched kernels behave, beside the model with the same designs. */
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { GuestResult } from '../schema/guest.ts';
import { observedSection } from './observed.ts';
import { scheduleBlocks } from './schedules.ts';

export function guestSections(guest: GuestResult): Section[] {
  return [
    { title: 'G1  THE DESIGNS INSIDE LINUX', lane: 'guest', blocks: conformance(guest) },
    {
      title: 'G2  SCHEDULES, CALL BY CALL',
      lane: 'guest',
      blocks: scheduleBlocks(guest.schedules, 'this patched kernel, by what is built into it'),
    },
    observedSection(guest.observed, { table: 'G3', lane: 'guest' }),
    ...(guest.world === null ? [] : [worldSection(guest.world)]),
  ];
}

function conformance({ linux, key, built, bootMs, conformance: rows }: GuestResult): Block[] {
  const different = rows.filter(({ mismatch }) => mismatch !== null);
  return [
    prose(
      `Linux ${linux} with linux/patches, ${built.length === 0 ? 'no design' : built.join(', ')} built in (key ${key}), under QEMU; with ` +
        `one CPU its first answer came after ${(bootMs / 1000).toFixed(1)} s. Generated programs ask ` +
        "by each design's own caller halves, whole, only asking, or with something wrong; the model " +
        'runs them with the same design. Compared is what table C compares on the host.',
    ),
    table(
      [left('design'), right('calls'), right('programs'), right('differ'), left('its own calls')],
      rows.map(({ design, calls, scripts, mismatch, ends }) => [
        design,
        String(calls),
        String(scripts),
        mismatch === null ? '0' : 'YES',
        mostFirst(ends),
      ]),
      4,
    ),
    ...different.flatMap(({ design, mismatch }) => [
      prose(`${design} DIFFERS:`),
      ...(mismatch ?? []).map((line) => prose(line)),
    ]),
    prose(
      'its own calls: how those ended that the design adds, or, of a file, the writes. programs ' +
        `that differ: ${different.length === 0 ? 'none' : different.length}.`,
    ),
  ];
}

function worldSection(world: NonNullable<GuestResult['world']>): Section {
  const questions = [...new Set(world.map(({ question }) => question))];
  return {
    title: 'G4  THE WORLD AROUND',
    lane: 'guest',
    blocks: [
      prose(
        'One directed call of each design, tried in a guest by programs that do nothing else. Calls ' +
          'go by their numbers: 1 write, 56 clone, 68 msgget, 257 openat, 3 close; those from 451 on ' +
          'are of the patches.',
      ),
      table(
        [left('question'), left('design'), left('answer')],
        questions.flatMap((question) =>
          world
            .filter((row) => row.question === question)
            .map(({ design, answer }, at) => [at === 0 ? question : '', design, answer]),
        ),
        0,
      ),
    ],
  };
}

const mostFirst = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `${what} ${times}`)
    .join(', ');
