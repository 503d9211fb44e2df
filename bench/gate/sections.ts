// SPDX-License-Identifier: MIT
/** All that is timed of two versions. */
import type { Section, Versions } from './section.ts';
import { agentSection } from './section-of-agent.ts';
import { modelSection } from './section-of-model.ts';

export const SECTIONS = ['model', 'agent'] as const;
export type SectionName = (typeof SECTIONS)[number];

export const TITLES: Readonly<Record<SectionName, string>> = {
  model: 'explorer and model',
  agent: 'agent and tapes',
};

/** @throws InputError where one of the versions can't be timed */
export const openSection = (name: SectionName, versions: Versions): Promise<Section> =>
  name === 'model' ? modelSection(versions) : agentSection(versions);
