// SPDX-License-Identifier: MIT
/** The agents of two versions, with their tapes. */
import { endHarnesses, sectionOf, startHarnesses } from './harnesses.ts';
import type { Section, Versions } from './section.ts';

/** Few, as to make an image takes longer than what is played in it. */
const ROUNDS = 3;

/** The agent is fresh in a block, and its image in a turn. */
export async function agentSection(versions: Versions): Promise<Section> {
  const harnesses = await startHarnesses(versions, 'of-agent');
  try {
    return sectionOf(harnesses, ROUNDS);
  } catch (error) {
    endHarnesses(harnesses);
    throw error;
  }
}
