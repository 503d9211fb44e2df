// SPDX-License-Identifier: MIT
/** The agents of two versions, with their tapes. */
import { sectionOf, withHarnesses } from './harnesses.ts';
import type { Section, Versions } from './section.ts';

/** Few, as to make an image takes longer than what is played in it. */
const ROUNDS = 3;

/** The agent is fresh in a block, and its image in a turn. */
export const agentSection = (versions: Versions): Promise<Section> =>
  withHarnesses(versions, 'of-agent', {}, async (harnesses) => sectionOf(harnesses, ROUNDS));
