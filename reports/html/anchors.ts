// SPDX-License-Identifier: MIT
/** Where the schedule of a row stands: what a cell of the matrix leads to. */
import { fails } from '../hazards.ts';
import type { RaceRow } from '../result.ts';
import { anchor } from './markup.ts';

export type Anchors = ReadonlyMap<RaceRow, string>;

/** `race-SCENARIO-STRATEGY`, of all rows that fail. */
export function anchorsOf(rows: readonly RaceRow[]): Anchors {
  const taken = new Map<string, number>();
  return new Map(
    rows.filter(fails).map((row) => {
      const name = `race-${anchor(row.scenario)}-${anchor(row.strategy)}`;
      // Hyphens may stand within both, so that two pairs could make one name.
      const before = taken.get(name) ?? 0;
      taken.set(name, before + 1);
      return [row, before === 0 ? name : `${name}.${before + 1}`];
    }),
  );
}
