// SPDX-License-Identifier: MIT
/** Races, explored at once or put together from shards: printed, kept, and what they deserve. */
import type { RaceRow } from '../reports/result.ts';
import { raceSections } from '../reports/sections/races.ts';
import { renderSections } from '../reports/text.ts';
import { type Common, deliver } from './deliver.ts';
import { raceExit, racesExit, worst } from './exit-code.ts';
import { Interrupted, print, wasInterrupted } from './terminal.ts';

/** @param isNarrowed whether a scenario or strategy was named: then a failure of it is one of the run */
export async function deliverRaces(
  rows: readonly RaceRow[],
  isNarrowed: boolean,
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  const sections = raceSections(rows, isNarrowed ? 'all' : 'best forms');
  if (wasInterrupted()) {
    // What is on file may be more.
    print(renderSections(sections));
    throw new Interrupted();
  }
  await deliver('race', options, sections, rows);
  process.exitCode = isNarrowed ? worst(rows.map(raceExit)) : racesExit(rows);
}
