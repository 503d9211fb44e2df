// SPDX-License-Identifier: MIT
/** I: what each design costs Linux, with the key of the figures. */
import { prose, type Section } from '../../document.ts';
import { nameOf } from '../../reference.ts';
import type { CostsResult } from '../../schema/costs.ts';
import { callSections } from './calls.ts';
import { surfaceSections } from './surface.ts';

/**
 * @param isReference were they counted at another time, and committed?
 * @param nullCallNs of the host's own kernel, if that was timed
 */
export function costSections(
  costs: CostsResult,
  isReference: boolean,
  nullCallNs: number | null = null,
): Section[] {
  return [
    keySection(costs, isReference),
    ...callSections(costs, nullCallNs),
    ...surfaceSections(costs),
  ];
}

function keySection({ kernels, compiler, instrument }: CostsResult, isReference: boolean): Section {
  const [versions] = [[...new Set(kernels.map(({ linux }) => linux))].join(', ')];
  const keys = kernels.map((kernel) => `${nameOf(kernel).replaceAll(',', '')} ${kernel.key}`);
  return {
    title: `I  WHAT THE DESIGNS COST LINUX${isReference ? ': REFERENCE FIGURES' : ''}`,
    lane: 'guest, exact',
    blocks: [
      prose(
        `Linux ${versions} with linux/patches under ${instrument.qemu}, whose clock is its ` +
          'instructions, with one CPU. ' +
          (isReference
            ? 'Not counted in this run: `sideband linux verify` builds the kernels and counts again. '
            : '') +
          'Counts know no caches, no TLB and no mispredicted branch, count each round of a REP, ' +
          'and understate what entering a kernel takes.',
      ),
      prose(`Key: ${compiler}; init ${instrument.init}; kernels ${keys.join(', ')}.`),
    ],
  };
}
