// SPDX-License-Identifier: MIT
/** All that is timed of two versions. */
import type { LeftOut, Section, Versions } from './section.ts';
import { agentSection } from './section-of-agent.ts';
import { guestSection } from './section-of-guest.ts';
import { modelSection } from './section-of-model.ts';

export const SECTIONS = ['model', 'agent', 'guest'] as const;
export type SectionName = (typeof SECTIONS)[number];

export const TITLES: Readonly<Record<SectionName, string>> = {
  model: 'explorer and model',
  agent: 'agent and tapes',
  guest: 'guest kernels',
};

/** @throws InputError where one of the versions can't be timed */
export async function openSection(
  name: SectionName,
  versions: Versions,
): Promise<Section | LeftOut> {
  switch (name) {
    case 'model':
      return modelSection(versions);
    case 'agent':
      return agentSection(versions);
    case 'guest':
      return guestSection(versions);
  }
}
