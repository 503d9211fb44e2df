// SPDX-License-Identifier: MIT
/** What is compared where little or nothing is named. */
import { generateCapture } from '../core/restart/generate.ts';
import { CAPTURES, chooseScenarios, chooseStrategies, readCapture } from './choose.ts';
import type { Comparison } from './compare.ts';
import { type Common, commandLine } from './deliver.ts';
import { captureName } from './measure.ts';

/** Of the capture that compare restarts beside the project's own. */
const LARGE = { tasks: 1000, levels: 4, objects: 100 };

/** All strategies and captures, where none are named. */
export async function wholeComparison(
  seed: number,
  {
    capture,
    strategy,
    with: files,
  }: Pick<Common, 'strategy' | 'with'> & { readonly capture: readonly string[] } = {
    capture: [],
    strategy: [],
    with: [],
  },
): Promise<Omit<Comparison, 'asText' | 'thorough'>> {
  const captures = [];
  for (const path of capture.length === 0 ? CAPTURES : capture) {
    captures.push({ name: captureName(path), capture: await readCapture(path) });
  }
  if (capture.length === 0) {
    captures.push({ name: 'generated', capture: generateCapture(LARGE, seed) });
  }
  const strategies = await chooseStrategies(strategy, files);
  const scenarios = await chooseScenarios([]);
  return { strategies, scenarios, captures, seed, commandLine: commandLine() };
}
