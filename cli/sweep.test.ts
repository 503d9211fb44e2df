// SPDX-License-Identifier: MIT
/** docs/sweep.md: it shows what is kept of the sweep, some of which is explored once more. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { explore } from '../core/explore/graph.ts';
import { subjectOf } from '../core/kernel/scenario.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { loadScenarios } from '../properties/index.ts';
import { atSize } from '../properties/sizes/size.ts';
import { isOfBestForm } from '../reports/hazards.ts';
import { type RaceRow, RaceRowSchema } from '../reports/result.ts';
import { overview } from '../reports/sections/races.ts';
import { renderSections } from '../reports/text.ts';
import { loadStrategies } from '../strategies/index.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const rows = v.parse(v.array(RaceRowSchema), JSON.parse(read('reports/reference/sweep.json')));

/** That there is time for. */
const FEW_STATES = 20_000;
const few = rows.filter(({ deepest }) => deepest !== null && deepest.states <= FEW_STATES);

const strategies = await loadStrategies();
const scenarios = await loadScenarios();

function exploredAgain({ strategy, scenario, deepest }: RaceRow) {
  const by = strategies.find(({ name }) => name === strategy);
  const named = scenarios.find(({ name }) => name === scenario);
  const sized = named === undefined || deepest === null ? null : atSize(named, deepest);
  if (by === undefined || sized === null) throw new Error('nothing of that name or size');
  const subject = subjectOf(by, sized);
  if (subject === null) throw new Error('it can not be directed');
  return explore(scenarioOnModel(sized, by, subject), { maxStates: FEW_STATES });
}

describe('the sweep', () => {
  it('is of best forms, and docs/sweep.md shows it', () => {
    expect(rows.every(isOfBestForm)).toBe(true);
    expect(read('docs/sweep.md')).toContain(renderSections([overview(rows, () => null)]));
  });

  it('comes out the same again, where that takes few states', () => {
    expect(few.length).toBeGreaterThan(10);
    for (const row of few) {
      const { states, transitions, interleavings, counterexample } = exploredAgain(row);
      expect(counterexample).toBe(null);
      expect({ states, transitions, interleavings: String(interleavings) }).toEqual({
        states: row.deepest?.states,
        transitions: row.deepest?.transitions,
        interleavings: row.deepest?.interleavings,
      });
    }
  });
});
