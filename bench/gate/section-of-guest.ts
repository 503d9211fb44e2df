// SPDX-License-Identifier: MIT
/** Kernels that two versions patch, where hardware can run them: an emulated one has no time to tell. */
import type { Accelerator } from '../../linux/guest/guest.ts';
import { whyNotTimed } from '../guest/timed.ts';
import { endHarnesses, sectionOf, startAfresh, withHarnesses } from './harnesses.ts';
import type { LeftOut, Section, Versions } from './section.ts';

/** A fresh kernel for each, as to boot one takes no longer than what is played in it. */
const ROUNDS = 1;

export async function guestSection(
  versions: Versions,
  by: Accelerator = 'kvm',
  whyNot: string | null = whyNotTimed(),
): Promise<Section | LeftOut> {
  if (whyNot !== null) return { leftOut: whyNot };
  const options = { args: [by], onSaid: versions.onProgress };
  return withHarnesses(versions, 'of-guest', options, async (harnesses) => {
    const { base, candidate } = harnesses;
    if (base.hello.builds === candidate.hello.builds) {
      endHarnesses(harnesses);
      return { leftOut: 'both versions patch Linux likewise' };
    }
    // One builds at a time, and what is built is there for whoever wants the same.
    for (const runner of [base, candidate]) await startAfresh(runner);
    return sectionOf(harnesses, ROUNDS);
  });
}
